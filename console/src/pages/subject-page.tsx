import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { LedgerSubject } from '../../../core/contracts/ledger-answers.ts';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { Code, Facts, Time } from '../parts/facts.tsx';
import { FailureNotice, Notice } from '../parts/notice.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { RevokeForm, type OnSaid } from '../parts/revoke-form.tsx';
import { useAnswer } from '../use-answer.ts';

/** One person or machine: identity, what is live now, what was handed out. */
export const SubjectPage = (props: {
  readonly id: string;
  readonly canRevoke: boolean;
}): JSX.Element => {
  const [revision, setRevision] = useState(0);
  const [said, setSaid] = useState('');
  const loading = useAnswer(`${props.id} ${String(revision)}`, () =>
    read<LedgerSubject>(`subjects/${encodeURIComponent(props.id)}`),
  );
  return (
    <>
      <h1>
        Subject <span class="id">{props.id}</span>
      </h1>
      {/* Above what is read anew after a revocation, so that it stays and is read out. */}
      <p role="status" class={said === '' ? 'said' : 'said notice'}>
        {said}
      </p>
      {loading.state === 'loading' && <p class="quiet">Loading…</p>}
      {loading.state === 'failed' && <FailureNotice failure={loading.failure} />}
      {loading.state === 'there' && (
        <SubjectView
          subject={loading.answer}
          canRevoke={props.canRevoke}
          onSaid={(sentence, isNews) => {
            setSaid(sentence);
            if (isNews) setRevision((count) => count + 1);
          }}
        />
      )}
    </>
  );
};

const SubjectView = (props: {
  readonly subject: LedgerSubject;
  readonly canRevoke: boolean;
  readonly onSaid: OnSaid;
}): JSX.Element => {
  const { subject } = props;
  return (
    <>
      <Facts
        facts={{
          'Identity id': Code({ text: subject.identityId ?? 'not registered yet' }),
          'Own login linked': subject.linked ? 'yes' : 'no',
          'Revoked before': Time({ at: subject.revocation.revokedBefore }),
          Suspended: subject.revocation.suspended ? 'yes' : '',
        }}
      />
      {props.canRevoke && <RevokeForm subject={subject.subject} onSaid={props.onSaid} />}
      <h2>Live sessions</h2>
      <LiveSessions subject={subject} />
      <h2>Recent</h2>
      <RecordTable
        records={subject.recent}
        caption="Hand-outs and refusals, newest first"
        show={['Outcome', 'Grant', 'Client', 'Access key']}
      />
      <p>
        <a href={linkTo([], { subject: subject.subject })}>All of them</a>
      </p>
    </>
  );
};

const LiveSessions = ({ subject }: { readonly subject: LedgerSubject }): JSX.Element => {
  const { liveSessions, liveSessionsComplete } = subject;
  if (liveSessions.length === 0) return <p class="empty">None.</p>;
  return (
    <>
      {!liveSessionsComplete && (
        <Notice
          title="There are more than are shown"
          detail="Only the newest were read; the list of all hand-outs has the others."
        />
      )}
      <table class="records live-sessions">
        <caption>Credentials that have not expired; the last to expire first</caption>
        <thead>
          <tr>
            {['Expires (UTC)', 'Grant', 'Client', 'Access key'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {liveSessions.map((session) => (
            <tr key={session.sessionId}>
              <td data-name="Expires">
                <a href={linkTo(['sessions', session.sessionId])}>
                  <Time at={session.expiresAt} />
                </a>
              </td>
              <td data-name="Grant">{session.grant}</td>
              <td data-name="Client">
                <span>
                  {session.client}
                  {session.actor !== null && <span class="quiet"> acting</span>}
                </span>
              </td>
              <td data-name="Access key">
                <Code text={session.accessKeyId} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
};
