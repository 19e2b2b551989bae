import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SessionSteps } from '../../../core/contracts/ledger-api.ts';
import definition from '../../../statemachines/issue-credentials.asl.json';
import { read } from '../broker.ts';
import { machineGraph } from '../machine-graph.ts';
import { useAnswer } from '../use-answer.ts';
import { Code } from './facts.tsx';
import { Graph } from './graph.tsx';
import { FailureNotice, Notice } from './notice.tsx';
import { Steps } from './steps.tsx';

/** @param props.of the path of what it issued or refused, as `sessions/<id>` */
export const Execution = (props: { readonly of: string }): JSX.Element => {
  const loading = useAnswer(props.of, () => read<SessionSteps>(`${props.of}/steps`));
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
