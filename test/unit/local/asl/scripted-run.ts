/** Runs a definition whose tasks answer from a script, in virtual time. */
import type { Machine } from '../../../../local/asl/definition.ts';
import { AslError } from '../../../../local/asl/errors.ts';
import { execute } from '../../../../local/asl/execute.ts';
import type { ExecutionOptions, Outcome, TaskRequest } from '../../../../local/asl/execution.ts';
import type { HistoryEvent } from '../../../../local/asl/history.ts';
import { parseDefinition } from '../../../../local/asl/parse.ts';
import { startOfTestEpochMillis, virtualTimers } from './virtual-timers.ts';

export interface ScriptedAnswer {
  readonly takesMillis?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

export interface ScriptedRun {
  readonly outcome: Outcome;
  readonly events: readonly HistoryEvent[];
  readonly requests: readonly TaskRequest[];
  readonly elapsedMillis: number;
}

export const compiled = (definition: unknown): Machine => {
  const { machine, diagnostics } = parseDefinition(
    typeof definition === 'string' ? definition : JSON.stringify(definition),
  );
  if (machine === null) throw new TypeError(JSON.stringify(diagnostics));
  return machine;
};

/**
 * @param script answers by state, one for each attempt; the last is given again
 */
export const runScripted = async (
  definition: unknown,
  input: unknown,
  script: Readonly<Record<string, readonly ScriptedAnswer[]>> = {},
  overrides: Partial<ExecutionOptions> = {},
): Promise<ScriptedRun> => {
  const timers = virtualTimers();
  const events: HistoryEvent[] = [];
  const requests: TaskRequest[] = [];
  const outcome = await timers.until(
    execute(compiled(definition), {
      id: 'arn:aws:states:us-east-1:123456789012:express:machine:run:0',
      name: 'run',
      roleArn: 'arn:aws:iam::123456789012:role/machine',
      stateMachine: {
        id: 'arn:aws:states:us-east-1:123456789012:stateMachine:machine',
        name: 'machine',
      },
      input,
      timers,
      random: () => 0.5,
      record: (event) => events.push(event),
      runTask: async (request) => {
        requests.push(request);
        const { Name: name } = request.context.State;
        const attempts = requests.filter(({ context }) => context.State.Name === name).length;
        const answers = script[name] ?? [];
        const answer = answers[Math.min(attempts, answers.length) - 1];
        if (answer === undefined) throw new TypeError(`No answer for ${name}`);
        if (answer.takesMillis !== undefined) await timers.elapse(answer.takesMillis);
        if (answer.error !== undefined) throw new AslError(answer.error, answer.cause ?? '');
        return answer.result;
      },
      ...overrides,
    }),
  );
  const elapsedMillis = timers.nowEpochMillis() - startOfTestEpochMillis;
  return { outcome, events, requests, elapsedMillis };
};

/** `TaskStateEntered Mint`, `TaskScheduled`, …: types, with the state's name where the event has one. */
export const told = (events: readonly HistoryEvent[]): string[] =>
  events.map(({ type, details }) => {
    const name = details['name'];
    return typeof name === 'string' ? `${type} ${name}` : type;
  });

export const visited = (events: readonly HistoryEvent[]): string[] =>
  events
    .filter(({ type }) => type.endsWith('StateEntered'))
    .map(({ details }) => String(details['name']));
