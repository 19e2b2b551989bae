import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ExecutionStep, SessionSteps } from '../../../core/contracts/ledger-answers.ts';
import definition from '../../../statemachines/issue-credentials.asl.json';
import { read } from '../broker.ts';
import { machineGraph } from '../machine-graph.ts';
import { useAnswer } from '../use-answer.ts';
import { Facts, Time } from './facts.tsx';
import { Graph } from './graph.tsx';
import { FailureNotice, Notice } from './notice.tsx';
import { Steps, timingOf } from './steps.tsx';

/**
 * @param props.of the path of what it issued or refused, as `sessions/<id>`
 * @param props.url where AWS's console shows it
 */
export const Execution = (props: {
  readonly of: string;
  readonly url: string | null;
}): JSX.Element => {
  const loading = useAnswer(props.of, () => read<SessionSteps>(`${props.of}/steps`));
  return (
    <section aria-labelledby="execution" aria-busy={loading.state === 'loading'}>
      <h2 id="execution">The execution</h2>
      {loading.state === 'loading' && <p class="quiet">Reading its log…</p>}
      {loading.state === 'failed' && <FailureNotice failure={loading.failure} />}
      {loading.state === 'there' && <ExecutionView execution={loading.answer} url={props.url} />}
    </section>
  );
};

const ExecutionView = (props: {
  readonly execution: SessionSteps;
  readonly url: string | null;
}): JSX.Element => {
  const { execution, url } = props;
  const { steps, refusedIn } = execution;
  const [selected, setSelected] = useState<string | null>(refusedIn);
  const graph = machineGraph(
    definition,
    steps.map(({ state }) => state),
  );
  const select = (state: string) => {
    setSelected((current) => (current === state ? null : state));
  };
  return (
    <>
      <Facts
        facts={{
          ARN: (
            <>
              <code>{execution.executionArn}</code>
              {url !== null && (
                <>
                  {' '}
                  <a href={url} target="_blank" rel="noreferrer">
                    Open in the AWS console
                  </a>
                </>
              )}
            </>
          ),
          Ended: (
            <>
              <span class={`outcome ${execution.status}`}>{execution.status}</span>
              {execution.error !== null && <span class="bad"> {execution.error}</span>}
              {refusedIn !== null && <> in {refusedIn}</>}
            </>
          ),
          Took: tookOf(execution),
          Started: Time({ at: execution.startedAt, isPrecise: true }),
        }}
      />
      {!execution.complete && (
        <Notice title="The log is not complete" detail={execution.reason ?? ''} />
      )}
      {graph.unknownStates.length > 0 && (
        <Notice
          title="The machine had another version then"
          detail={`Not in this drawing: ${graph.unknownStates.join(', ')}.`}
        />
      )}
      {steps.length > 0 && (
        <div class="execution">
          <Graph
            graph={graph}
            notes={notesOf(steps)}
            selected={selected}
            refusing={refusedIn}
            onSelect={select}
          />
          <Steps steps={steps} selected={selected} refusing={refusedIn} onSelect={select} />
        </div>
      )}
    </>
  );
};

const tookOf = ({ startedAt, stoppedAt }: SessionSteps): string | null =>
  startedAt === null || stoppedAt === null
    ? null
    : `${(Date.parse(stoppedAt) - Date.parse(startedAt)).toLocaleString('en-US')} ms`;

/** A state that was entered more than once says how often. */
const notesOf = (steps: readonly ExecutionStep[]): ReadonlyMap<string, string> =>
  new Map(
    steps.map((step) => {
      const times = steps.filter(({ state }) => state === step.state);
      return [step.state, times.length > 1 ? `${String(times.length)} times` : timingOf(step)];
    }),
  );
