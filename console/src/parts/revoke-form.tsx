import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { RevocationAnswer } from '../../../core/contracts/revocation-answers.ts';
import { read, revokeSubject } from '../broker.ts';
import { fieldOf } from '../form-field.ts';
import { failureOf } from '../use-answer.ts';

/** @param isNews whether the subject is another than before, and is to be read anew */
export type OnSaid = (sentence: string, isNews: boolean) => void;

const intervalMillis = 1000;
const looks = 60;

const timeWords = (instant: string): string => instant.replace('T', ' ').replace(/(\.\d+)?Z$/, '');

const words: Readonly<Record<RevocationAnswer['status'], string>> = {
  requested: 'It is being carried out.',
  refusing: 'The broker refuses already; AWS does not deny yet.',
  'in-force': 'The broker refuses, and AWS denies what was handed out.',
  restoring: 'It is being restored.',
  restored: 'It is restored.',
  failed: 'It could not be carried out; the runbook says what to do.',
};

const sentenceOf = ({ revocationId, status, propagating }: RevocationAnswer): string =>
  [
    `Revocation ${revocationId}:`,
    words[status],
    ...(propagating === null ? [] : [`Everywhere by ${timeWords(propagating.until)} UTC.`]),
  ].join(' ');

/** Follows a revocation until AWS denies too, and tells each step of it. */
const follow = async (first: RevocationAnswer, onSaid: OnSaid): Promise<void> => {
  onSaid(sentenceOf(first), true);
  let { status } = first;
  for (let look = 0; look < looks && (status === 'requested' || status === 'refusing'); look += 1) {
    await new Promise((resolve) => setTimeout(resolve, intervalMillis));
    const now = await read<RevocationAnswer>(`revocations/${first.revocationId}`);
    if (now.status !== status) onSaid(sentenceOf(now), true);
    ({ status } = now);
  }
};

/** For operators: takes away everything that a subject holds. */
export const RevokeForm = (props: {
  readonly subject: string;
  readonly onSaid: OnSaid;
}): JSX.Element => {
  const [isAsking, setIsAsking] = useState(false);
  const submit = async (form: HTMLFormElement) => {
    setIsAsking(true);
    try {
      const reason = fieldOf(new FormData(form), 'reason');
      await follow(await revokeSubject(props.subject, reason), props.onSaid);
    } catch (error) {
      const { title, detail } = failureOf(error);
      setIsAsking(false);
      props.onSaid(`${title}. ${detail}`, false);
    }
  };
  return (
    <details class="card danger">
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
          <input name="reason" required minLength={1} maxLength={512} autocomplete="off" />
        </label>
        <button type="submit" class="danger" disabled={isAsking}>
          Revoke now
        </button>
      </form>
    </details>
  );
};
