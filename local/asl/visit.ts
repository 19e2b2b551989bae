/** One visit of a state: what its expressions see, and how its data leave it. */
import type { Transition } from './definition.ts';
import { AslError, EvaluationError } from './errors.ts';
import type { ContextObject, Surroundings } from './execution.ts';
import { maximumPayloadBytes, maximumVariablesBytes, payloadText } from './limits.ts';
import { evaluateTemplate } from './template.ts';
import type { Template } from './template.ts';
import type { Variables } from './variables.ts';

export interface Visit {
  readonly surroundings: Surroundings;
  readonly stateName: string;
  readonly input: unknown;
  readonly inputText: string;
  readonly variables: Variables;
  readonly enteredEventId: number;
  /** The end of a Wait that began before a restart; else null. */
  readonly waitUntilEpochMillis: number | null;
  /** `$states.context` of the attempt that is under way. */
  context: ContextObject;
}

/** Where the flow goes next, with what. */
export interface Departure {
  readonly next: string | null;
  readonly output: unknown;
  readonly outputText: string;
  readonly variables: Variables;
  /** JSON texts by variable, as history shows them; null when nothing is assigned. */
  readonly assigned: Readonly<Record<string, string>> | null;
}

export const contextOf = (
  { context }: Pick<Surroundings, 'context'>,
  state: ContextObject['State'],
): ContextObject => ({ ...context, State: state });

/** Before a retry: who was given the context of an attempt keeps that. */
export const countRetry = (visit: Visit): void => {
  const { State: state } = visit.context;
  visit.context = { ...visit.context, State: { ...state, RetryCount: state.RetryCount + 1 } };
};

/**
 * Evaluates a field with the values of the state's entry: gives the value, or its promise.
 * @param members of `$states`, beside `input` and `context`
 */
export const evaluate = (
  visit: Visit,
  template: Template,
  members: Readonly<Record<string, unknown>> = {},
): unknown => {
  if (template.kind === 'constant') return template.value;
  const { options, random } = visit.surroundings;
  return evaluateTemplate(template, {
    states: { input: visit.input, context: visit.context, ...members },
    variables: visit.variables,
    nowEpochMillis: options.timers.nowEpochMillis(),
    random,
  });
};

/** @throws States.QueryEvaluationError when the value has another type than the field takes */
export const expectType = <T>(
  value: unknown,
  is: (value: unknown) => value is T,
  type: string,
  location: string,
): T => {
  if (is(value)) return value;
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  throw new EvaluationError(
    `The value of the field '${location}' has an unexpected type. Expected '${type}', but was '${actual}'.`,
    location,
  );
};

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;

const limitExceeded = (what: string): never => {
  throw new AslError('States.DataLimitExceeded', what);
};

const assign = async (
  visit: Visit,
  template: Template,
  members: Readonly<Record<string, unknown>>,
): Promise<Pick<Departure, 'variables' | 'assigned'>> => {
  const values = (await evaluate(visit, template, members)) as Record<string, unknown>;
  const variables = new Map(visit.variables);
  const assigned: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(values)) {
    const text = payloadText(value, `The variable '${name}' was assigned a value`);
    const size = Buffer.byteLength(text);
    bytes += size;
    assigned[name] = text;
    variables.set(name, { value, bytes: size });
  }
  if (bytes > maximumPayloadBytes) {
    limitExceeded("The state's variables exceed the maximum number of bytes of one Assign.");
  }
  let total = 0;
  for (const variable of variables.values()) total += variable.bytes;
  if (total > maximumVariablesBytes) {
    limitExceeded('The variables exceed the maximum number of bytes of an execution.');
  }
  return { variables, assigned };
};

/** Evaluates `Output` and `Assign` of a state, a choice rule or a catcher, both from the values of entry. */
export const depart = async (
  visit: Visit,
  transition: Transition,
  fallback: unknown,
  members: Readonly<Record<string, unknown>> = {},
): Promise<Departure> => {
  const { output: template, assign: assignments } = transition;
  const output = template === null ? fallback : await evaluate(visit, template, members);
  const outputText =
    output === visit.input
      ? visit.inputText
      : payloadText(output, `The state/task '${visit.stateName}' returned a result`);
  const changes =
    assignments === null
      ? { variables: visit.variables, assigned: null }
      : await assign(visit, assignments, members);
  return { next: transition.next, output, outputText, ...changes };
};

/** A member that may be left out, as a count; null where it is. @param type as the refusal of another value names it */
export const countOf = async (
  visit: Visit,
  template: Template | null,
  location: string,
  type = 'integer',
): Promise<number | null> =>
  template === null ? null : expectType(await evaluate(visit, template), isCount, type, location);
