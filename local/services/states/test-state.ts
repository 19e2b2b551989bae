/** TestState: one state of a definition, with or without its service. */
import { randomUUID } from 'node:crypto';
import type { State } from '../../asl/definition.ts';
import { AslError } from '../../asl/errors.ts';
import { parseDefinition } from '../../asl/parse.ts';
import { tryState } from '../../asl/test-state.ts';
import type { Trial, TrialOutcome } from '../../asl/test-state.ts';
import type { Timers } from '../../asl/timers.ts';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import type { ExecutionDependencies } from './executions.ts';
import { inputs, read } from './inputs.ts';
import { passingRole } from './machine-operations.ts';
import { refuseResource } from './task-resources.ts';
import { createTaskRunner } from './task-runner.ts';

type Members = Record<string, unknown>;

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string, refusal: AwsError): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refusal;
  }
};

const parsedMembers = (text: string, member: string): Members => {
  const refusal = invalid(`'${member}' must be the text of a JSON object.`);
  const value = parsed(text, refusal);
  if (!isMembers(value)) throw refusal;
  return value;
};

/** The state named, wherever it lies in the definition. */
const findState = (flow: unknown, name: string): Members | undefined => {
  if (!isMembers(flow)) return undefined;
  const states = isMembers(flow['States']) ? flow['States'] : {};
  const named = Object.hasOwn(states, name) ? states[name] : undefined;
  if (isMembers(named)) return named;
  for (const state of Object.values(states)) {
    if (!isMembers(state)) continue;
    const branches = Array.isArray(state['Branches']) ? (state['Branches'] as unknown[]) : [];
    for (const inner of [...branches, state['ItemProcessor']]) {
      const found = findState(inner, name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
};

/** @throws AwsError InvalidDefinition, ValidationException */
const compile = (definition: string, stateName: string | undefined): State => {
  const whole = parsed(
    definition,
    new AwsError('InvalidDefinition', "Invalid State Machine Definition: 'It is not JSON'"),
  );
  const state = stateName === undefined ? whole : findState(whole, stateName);
  if (state === undefined) throw invalid(`The definition has no state '${String(stateName)}'.`);
  const language =
    (isMembers(state) ? state['QueryLanguage'] : undefined) ??
    (isMembers(whole) ? whole['QueryLanguage'] : undefined);
  const name = stateName ?? 'State';
  const text = JSON.stringify({
    QueryLanguage: language,
    StartAt: name,
    States: { [name]: state },
  });
  const { diagnostics, machine } = parseDefinition(text, { refuseResource, isFragment: true });
  const compiled = machine?.states.get(name);
  if (compiled !== undefined) return compiled;
  const reasons = diagnostics.map(
    ({ code, location, message }) => `${code}: ${message} at ${location}`,
  );
  throw new AwsError(
    'InvalidDefinition',
    `Invalid State Machine Definition: '${reasons.join(', ')}'`,
  );
};

/** A Wait is not waited for. */
const hurried = (timers: Timers): Timers => ({
  ...timers,
  schedule: (_, action) => timers.schedule(0, action),
});

const parameters = ({ events }: TrialOutcome): unknown =>
  events.find(({ type }) => type === 'TaskScheduled')?.details['parameters'];

const inspection = (inputText: string, outcome: TrialOutcome, result: unknown): Members => {
  const { catchIndex, departure, retryDelayMillis, retryIndex } = outcome;
  const taken = parameters(outcome);
  const details = {
    ...(catchIndex !== null && { catchIndex }),
    ...(retryIndex !== null && { retryIndex }),
    ...(retryDelayMillis !== null && {
      retryBackoffIntervalSeconds: Math.round(retryDelayMillis / 1_000),
    }),
  };
  const variables = [...(departure?.variables ?? [])].map(
    ([name, { value }]) => [name, value] as const,
  );
  return {
    input: inputText,
    ...(typeof taken === 'string' && { afterArguments: taken }),
    ...(result !== undefined && { result: JSON.stringify(result) }),
    ...(variables.length > 0 && { variables: JSON.stringify(Object.fromEntries(variables)) }),
    ...(Object.keys(details).length > 0 && { errorDetails: details }),
  };
};

const answerOf = (outcome: TrialOutcome): Members => {
  const { departure, error, status } = outcome;
  return {
    status,
    ...(departure !== null && { output: departure.outputText }),
    ...(departure?.next != null && { nextState: departure.next }),
    ...(error !== null && { error: error.error, cause: error.cause }),
  };
};

const takesMock: ReadonlySet<State['type']> = new Set(['Task', 'Map', 'Parallel']);

export const createTestStateOperation = (
  dependencies: ExecutionDependencies,
): Readonly<Record<string, Operation>> => ({
  TestState: {
    authorize: (input) => [
      { action: 'states:TestState', resource: '*' },
      ...passingRole(input['roleArn']),
    ],
    run: async (raw) => {
      const input = read(inputs.testState, raw);
      const { context, mock, roleArn } = input;
      const state = compile(input.definition, input.stateName);
      if (mock !== undefined && !takesMock.has(state.type)) {
        throw invalid(`A state of the type ${state.type} takes no mock.`);
      }
      if (mock === undefined && context !== undefined) throw invalid("'context' needs a mock.");
      if (mock === undefined && (state.type === 'Map' || state.type === 'Parallel')) {
        throw invalid(`A state of the type ${state.type} needs a mock.`);
      }
      if (mock === undefined && state.type === 'Task' && roleArn === undefined) {
        throw invalid('A Task without a mock needs a role.');
      }
      const invalidInput = new AwsError('InvalidExecutionInput', 'The input is not JSON.');
      const name = randomUUID();
      const mockResult =
        mock?.result === undefined
          ? undefined
          : parsed(mock.result, invalid("'mock.result' must be JSON text."));
      let result: unknown;
      const answerMock = (): unknown => {
        if (mock?.errorOutput !== undefined) {
          throw new AslError(mock.errorOutput.error, mock.errorOutput.cause);
        }
        result = mockResult;
        return mockResult;
      };
      const runTask = createTaskRunner(dependencies);
      const trial: Trial = {
        options: {
          id: `arn:aws:states:${twinRegion}:${twinAccountId}:express:test-state:${name}:${name}`,
          name,
          roleArn: roleArn ?? '',
          timers: state.type === 'Wait' ? hurried(dependencies.timers) : dependencies.timers,
          runTask: async (request) => {
            result = mock === undefined ? await runTask(request) : answerMock();
            return result;
          },
        },
        input: parsed(input.input, invalidInput),
        variables: parsedMembers(input.variables, 'variables'),
        context: context === undefined ? {} : parsedMembers(context, 'context'),
        mock: mock === undefined ? null : answerMock,
        retryCount: input.stateConfiguration.retrierRetryCount,
      };
      const outcome = await tryState(state, trial);
      return {
        ...answerOf(outcome),
        ...(input.inspectionLevel !== 'INFO' && {
          inspectionData: inspection(input.input, outcome, result),
        }),
      };
    },
  },
});
