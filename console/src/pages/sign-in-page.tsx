import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { signIn, type PageSession } from '../broker.ts';
import { Notice } from '../parts/notice.tsx';
import { failureOf } from '../use-answer.ts';

/** With a password where this page's server takes one; otherwise it says how to come in. */
export const SignInPage = (props: {
  readonly session: PageSession;
  readonly onSignedIn: () => Promise<void>;
}): JSX.Element => {
  const [problem, setProblem] = useState('');
  if (props.session.entrance === 'code') {
    return (
      <main class="narrow">
        <h1>Stepkey audit</h1>
        <Notice
          title="This address was used already, or is another's"
          detail="Run “stepkey console” again and open the address that it prints."
        />
      </main>
    );
  }
  const submit = async (form: HTMLFormElement) => {
    const data = new FormData(form);
    try {
      await signIn({ username: data.get('username'), password: data.get('password') });
      await props.onSignedIn();
    } catch (error) {
      const { status, title } = failureOf(error);
      setProblem(status === 401 ? 'User name or password is wrong.' : title);
    }
  };
  return (
    <main class="narrow">
      <h1>Stepkey audit</h1>
      <p>Sign in as a member of the group that may read the ledger.</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <label>
          User name
          <input name="username" autocomplete="username" required />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <button type="submit">Sign in</button>
        <p role="alert" class="bad">
          {problem}
        </p>
      </form>
    </main>
  );
};
