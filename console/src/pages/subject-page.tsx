import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { LedgerSubject } from '../../../core/contracts/ledger-api.ts';
import { linkTo } from '../address.ts';
import { read, revokeSubject } from '../broker.ts';
import { fieldOf } from '../form-field.ts';
import { Code, Facts, Time } from '../parts/facts.tsx';
import { FailureNotice } from '../parts/notice.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { failureOf, useAnswer } from '../use-answer.ts';

/** One person or machine: identity, what is live now, what was handed out. */
export const SubjectPage = (props: {
  readonly id: string;
  readonly canRevoke: boolean;
}): JSX.Element => {
  const [revision, setRevision] = useState(0);
  const loading = useAnswer(`${props.id} ${String(revision)}`, () =>
    read<LedgerSubject>(`subjects/${encodeURIComponent(props.id)}`),
  );
  if (loading.state === 'loading') return <p class="quiet">Loading…</p>;
  if (loading.state === 'failed') return <FailureNotice failure={loading.failure} />;
  const subject = loading.answer;
  return (
    <>
      <h1>
        Subject <span class="id">{subject.subject}</span>
      </h1>
      <Facts
        facts={{
          'Identity id': Code({ text: subject.identityId ?? 'not registered yet' }),
          'Own login linked': subject.linked ? 'yes' : 'no',
          'Revoked before': Time({ at: subject.revocation.revokedBefore }),
          Suspended: subject.revocation.suspended ? 'yes' : '',
        }}
      />
      {props.canRevoke && (
        <RevokeForm
          subject={subject.subject}
          onRevoked={() => {
            setRevision((count) => count + 1);
          }}
        />
      )}
      <h2>Live sessions</h2>
      {subject.liveSessions.length === 0 ? (
        <p class="quiet">None.</p>
      ) : (
        <ul class="plain-list">
          {subject.liveSessions.map((session) => (
            <li key={session.sessionId}>
              <a href={linkTo(['sessions', session.sessionId])}>{session.grant}</a> for{' '}
              {session.client}
              {session.actor === null ? '' : ', acting'}, until <Time at={session.expiresAt} />{' '}
              <Code text={session.accessKeyId} />
            </li>
          ))}
        </ul>
      )}
      <h2>Recent</h2>
      <RecordTable records={subject.recent} caption="Hand-outs and refusals, newest first" />
      <p>
        <a href={linkTo([], { subject: subject.subject })}>All of them</a>
      </p>
    </>
  );
};

const RevokeForm = (props: {
  readonly subject: string;
  readonly onRevoked: () => void;
}): JSX.Element => {
  const [said, setSaid] = useState('');
  const submit = async (form: HTMLFormElement) => {
    const reason = fieldOf(new FormData(form), 'reason');
    try {
      const { id } = await revokeSubject(props.subject, reason);
      setSaid(`Revoked (${id}). The broker refuses at once; AWS follows within minutes at worst.`);
      form.reset();
      props.onRevoked();
    } catch (error) {
      const { title, detail } = failureOf(error);
      setSaid(`${title}. ${detail}`);
    }
  };
  return (
    <details class="card">
      <summary>Revoke everything that this subject holds</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <label>
          Reason, for the record
          <input name="reason" required minLength={1} maxLength={512} />
        </label>
        <button type="submit" class="danger">
          Revoke now
        </button>
      </form>
      <p role="status">{said}</p>
    </details>
  );
};
