import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { LedgerSession, SessionSteps } from '../../../core/contracts/ledger-api.ts';
import definition from '../../../statemachines/issue-credentials.asl.json';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { machineGraph } from '../machine-graph.ts';
import { Code, Facts, Json, Pairs, Time } from '../parts/facts.tsx';
import { Graph } from '../parts/graph.tsx';
import { FailureNotice, Notice } from '../parts/notice.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { Steps } from '../parts/steps.tsx';
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
      <Execution id={id} />
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
        'Identity id': <Code text={session.identityId} />,
        Role: <Code text={session.roleArn} />,
        'Session name': <Code text={session.sessionName} />,
        'Access key': <Code text={session.accessKeyId} />,
        Started: <Time at={session.startedAt} />,
        Minted: <Time at={session.mintedAt} />,
        Expires: <Time at={session.expiresAt} />,
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

const Execution = ({ id }: { readonly id: string }): JSX.Element => {
  const loading = useAnswer(id, () =>
    read<SessionSteps>(`sessions/${encodeURIComponent(id)}/steps`),
  );
  return (
    <>
      <h2>The execution</h2>
      {loading.state === 'loading' && <p class="quiet">Reading its log…</p>}
      {loading.state === 'failed' && <FailureNotice failure={loading.failure} />}
      {loading.state === 'there' && <ExecutionView execution={loading.answer} />}
    </>
  );
};

const ExecutionView = ({ execution }: { readonly execution: SessionSteps }): JSX.Element => {
  const failed = execution.steps.find(({ error }) => error !== null)?.state ?? null;
  const [selected, setSelected] = useState<string | null>(failed);
  const graph = machineGraph(
    definition,
    execution.steps.map(({ state }) => state),
  );
  const select = (state: string) => {
    setSelected((current) => (current === state ? null : state));
  };
  return (
    <>
      <p>
        <Code text={execution.executionArn} /> <span class="quiet">{execution.status}</span>
        {execution.error !== null && <span class="bad"> {execution.error}</span>}
      </p>
      {!execution.complete && (
        <Notice title="The log is not complete" detail={execution.reason ?? ''} />
      )}
      {graph.unknownStates.length > 0 && (
        <Notice
          title="The machine had another version then"
          detail={`Not in this drawing: ${graph.unknownStates.join(', ')}.`}
        />
      )}
      <div class="execution">
        <Graph graph={graph} selected={selected} failed={failed} onSelect={select} />
        <Steps steps={execution.steps} selected={selected} onSelect={select} />
      </div>
    </>
  );
};
