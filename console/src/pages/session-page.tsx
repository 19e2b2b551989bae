import type { JSX } from 'preact';
import type { LedgerSession } from '../../../core/contracts/ledger-answers.ts';
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
  return (
    <>
      <h1>
        Session <span class="id">{id}</span>
      </h1>
      {loading.state === 'loading' && <p class="quiet">Loading…</p>}
      {loading.state === 'failed' && <FailureNotice failure={loading.failure} />}
      {loading.state === 'there' && <SessionView session={loading.answer} />}
    </>
  );
};

const SessionView = ({ session }: { readonly session: LedgerSession }): JSX.Element => (
  <>
    <p>
      <span class={`outcome ${session.status}`}>{session.status}</span>
      {session.error !== null && <span class="reason"> {session.error}</span>}
    </p>
    <SessionFacts session={session} />
    <h2>Handed out</h2>
    <RecordTable
      records={session.issuances}
      caption="Oldest first"
      show={['Outcome', 'Client', 'Token id']}
      pathOf={(record) => ['issuances', record.id]}
      empty={
        session.status === 'minted'
          ? 'Not listed yet: lists follow the ledger within moments.'
          : 'To nobody.'
      }
    />
    <Execution
      of={`sessions/${encodeURIComponent(session.sessionId)}`}
      url={session.executionUrl}
    />
  </>
);

const SessionFacts = ({ session }: { readonly session: LedgerSession }): JSX.Element => (
  <>
    <Facts
      facts={{
        Subject: <a href={linkTo(['subjects', session.subject])}>{session.subject}</a>,
        Client: session.client,
        'Acting for the subject': session.actor,
        Grant: `${session.grant}, rule ${String(session.rule)}`,
        'Because of': <Pairs pairs={session.evidence} />,
        'Token id': Code({ text: session.tokenId }),
        'Identity id': Code({ text: session.identityId }),
        Role: Code({ text: session.roleArn }),
        'Session name': Code({ text: session.sessionName }),
        'Access key': Code({ text: session.accessKeyId }),
        'Started (UTC)': Time({ at: session.startedAt }),
        'Minted (UTC)': Time({ at: session.mintedAt }),
        'Expires (UTC)': Time({ at: session.expiresAt }),
        Tags: <Pairs pairs={session.tags} />,
      }}
    />
    {session.sessionPolicy !== null && (
      <details class="policy">
        <summary>Session policy, {sizeOf(session)}</summary>
        <Json value={parsed(session.sessionPolicy)} label="Session policy" />
        <p class="quiet">
          SHA-256 <code>{session.sessionPolicySha256}</code>
        </p>
      </details>
    )}
  </>
);

/** STS takes so many characters, and packs them with the tags into a space of its own. */
const sizeOf = ({ sessionPolicy, packedPolicySizePercent }: LedgerSession): string =>
  [
    `${(sessionPolicy ?? '').length.toLocaleString('en-US')} of 2,048 characters`,
    ...(packedPolicySizePercent === null
      ? []
      : [`${String(packedPolicySizePercent)}% of the packed size`]),
  ].join(', ');

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};
