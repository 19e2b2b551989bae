import type { JSX } from 'preact';
import type { LedgerSession } from '../../../core/contracts/ledger-api.ts';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { Execution } from '../parts/execution.tsx';
import { Code, Facts, Json, Pairs, Time } from '../parts/facts.tsx';
import { FailureNotice } from '../parts/notice.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { useAnswer } from '../use-answer.ts';

/** One set of credentials: for whom, why, through which steps, and who was handed it. */
export const SessionPage = ({ id }: { readonly id: string }): JSX.Element => {
  const loading = useAnswer(id, () => read<LedgerSession>(`sessions/${encodeURIComponent(id)}`));
  if (loading.state === 'loading') return <p class="quiet">Loading…</p>;
  if (loading.state === 'failed') return <FailureNotice failure={loading.failure} />;
  const session = loading.answer;
  return (
    <>
      <h1>
        Session <span class="id">{session.sessionId}</span>
      </h1>
      <p>
        <span class={`outcome ${session.status}`}>{session.status}</span>
        {session.error !== null && <span class="reason"> {session.error}</span>}
      </p>
      <SessionFacts session={session} />
      <h2>Handed out</h2>
      <RecordTable records={session.issuances} caption="Oldest first" />
      <Execution of={`sessions/${encodeURIComponent(id)}`} />
    </>
  );
};

const SessionFacts = ({ session }: { readonly session: LedgerSession }): JSX.Element => (
  <>
    <Facts
      facts={{
        Subject: <a href={linkTo(['subjects', session.subject])}>{session.subject}</a>,
        Client: session.client,
        'Acting for the subject': session.actor,
        Grant: `${session.grant}, rule ${String(session.rule)}`,
        'Because of': <Pairs pairs={session.evidence} />,
        'Token id': session.tokenId,
        'Identity id': Code({ text: session.identityId }),
        Role: Code({ text: session.roleArn }),
        'Session name': Code({ text: session.sessionName }),
        'Access key': Code({ text: session.accessKeyId }),
        Started: Time({ at: session.startedAt }),
        Minted: Time({ at: session.mintedAt }),
        Expires: Time({ at: session.expiresAt }),
        Tags: <Pairs pairs={session.tags} />,
      }}
    />
    {session.sessionPolicy !== null && (
      <details>
        <summary>Session policy</summary>
        <Json value={parsed(session.sessionPolicy)} label="Session policy" />
        <p class="quiet">SHA-256 {session.sessionPolicySha256}</p>
      </details>
    )}
  </>
);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
