import type { JSX } from 'preact';
import type { ExecutionStep } from '../../../core/contracts/ledger-answers.ts';
import { Json, Time } from './facts.tsx';

/** Every state that was entered, in order, with what went in and came out as the log has it. */
export const Steps = (props: {
  readonly steps: readonly ExecutionStep[];
  readonly selected: string | null;
  readonly refusing: string | null;
  readonly onSelect: (state: string) => void;
}): JSX.Element => (
  <ol class="steps" aria-label="Steps">
    {props.steps.map((step, index) => {
      const isOpen = step.state === props.selected;
      const isRefusing = step.state === props.refusing;
      return (
        <li key={`${step.state} ${String(index)}`} class={isRefusing ? 'refusing' : undefined}>
          <button
            type="button"
            class="plain step"
            aria-expanded={isOpen}
            onClick={() => {
              props.onSelect(step.state);
            }}
          >
            <span>{step.state}</span>
            <span class="quiet">{timingOf(step)}</span>
          </button>
          {isRefusing && <p class="bad">Ended the execution{errorOf(step)}</p>}
          {isOpen && <Details step={step} />}
        </li>
      );
    })}
  </ol>
);

const errorOf = ({ error }: ExecutionStep): string => (error === null ? '.' : `: ${error}`);

const Details = ({ step }: { readonly step: ExecutionStep }): JSX.Element => (
  <div class="details">
    {step.truncated && (
      <p class="notice">
        What went in or came out was too large for the log, which has cut it off.
      </p>
    )}
    {step.errors.length > 0 && (
      <>
        <h3>Attempts that failed</h3>
        <ol class="plain-list">
          {step.errors.map(({ at, error, cause }) => (
            <li key={at}>
              <Time at={at} isPrecise /> <span class="bad">{error}</span>
              {cause !== null && <p class="quiet">{messageOf(cause)}</p>}
            </li>
          ))}
        </ol>
      </>
    )}
    <Payload name="Input" of={step.state} value={step.input} />
    {step.arguments !== null && <Payload name="Arguments" of={step.state} value={step.arguments} />}
    {step.result !== null && <Payload name="Result" of={step.state} value={step.result} />}
    <Payload name="Output" of={step.state} value={step.output} />
    {step.assigned !== null && (
      <Payload name="Variables that it set" of={step.state} value={valuesOf(step.assigned)} />
    )}
  </div>
);

/** What the machine's text calls by that name; most states pass variables on, and so have little input and output. */
const Payload = (props: {
  readonly name: string;
  readonly of: string;
  readonly value: unknown;
}): JSX.Element => (
  <>
    <h3>{props.name}</h3>
    {props.value === null ? (
      <p class="quiet">None in the log.</p>
    ) : (
      <Json value={props.value} label={`${props.name} of ${props.of}`} />
    )}
  </>
);

/** A function's cause is JSON with its message, and a trace that is of use in its own log only. */
const messageOf = (cause: string): string => {
  const value = parsed(cause);
  return typeof value === 'object' && value !== null && 'errorMessage' in value
    ? String(value.errorMessage)
    : cause;
};

/** The log has the value of each variable as a text of JSON. */
const valuesOf = (assigned: unknown): unknown =>
  typeof assigned === 'object' && assigned !== null
    ? Object.fromEntries(Object.entries(assigned).map(([name, value]) => [name, parsed(value)]))
    : assigned;

const parsed = (value: unknown): unknown => {
  try {
    return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
  } catch {
    return value;
  }
};

/** What a step took and how often it was tried. */
export const timingOf = ({ durationMillis, retries }: ExecutionStep): string =>
  [
    durationMillis === null
      ? 'no end logged'
      : `${Math.round(durationMillis).toLocaleString('en-US')} ms`,
    ...(retries > 0 ? [`${String(retries)} ${retries === 1 ? 'retry' : 'retries'}`] : []),
  ].join(', ');
