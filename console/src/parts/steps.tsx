import type { JSX } from 'preact';
import type { ExecutionStep } from '../../../core/contracts/ledger-api.ts';
import { Json } from './facts.tsx';

/** Every state that was entered, in order, with what went in and came out as the log has it. */
export const Steps = (props: {
  readonly steps: readonly ExecutionStep[];
  readonly selected: string | null;
  readonly onSelect: (state: string) => void;
}): JSX.Element => (
  <ol class="steps">
    {props.steps.map((step, index) => {
      const isOpen = step.state === props.selected;
      return (
        <li key={`${step.state} ${String(index)}`}>
          <button
            type="button"
            class="plain step"
            aria-expanded={isOpen}
            onClick={() => {
              props.onSelect(step.state);
            }}
          >
            <span class={step.error === null ? '' : 'bad'}>{step.state}</span>
            <span class="quiet">{timingOf(step)}</span>
          </button>
          {step.error !== null && <p class="bad">{step.error}</p>}
          {isOpen && (
            <>
              <h4>Input</h4>
              <Json value={step.input} label={`Input of ${step.state}`} />
              <h4>Output</h4>
              <Json value={step.output} label={`Output of ${step.state}`} />
            </>
          )}
        </li>
      );
    })}
  </ol>
);

const timingOf = ({ durationMillis, retries }: ExecutionStep): string =>
  [
    durationMillis === null ? 'did not end' : `${String(Math.round(durationMillis))} ms`,
    ...(retries > 0 ? [`${String(retries)} ${retries === 1 ? 'retry' : 'retries'}`] : []),
  ].join(', ');
