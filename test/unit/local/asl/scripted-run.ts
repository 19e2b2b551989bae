/** Runs a definition whose tasks answer from a script, in virtual time. */
import type { Machine } from '../../../../local/asl/definition.ts';
import type {
  ExecutionOptions,
  MapRuns,
  Outcome,
  TaskRequest,
} from '../../../../local/asl/execution.ts';
import { AslError } from '../../../../local/asl/errors.ts';
import { execute } from '../../../../local/asl/execute.ts';
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
  /** What lies in S3 afterwards, by bucket and key. */
  readonly objects: Readonly<Record<string, string>>;
}

export const compiled = (definition: unknown): Machine => {
  const { machine, diagnostics } = parseDefinition(
    typeof definition === 'string' ? definition : JSON.stringify(definition),
  );
  if (machine === null) throw new TypeError(JSON.stringify(diagnostics));
  return machine;
};

/** Children run like their parent, but their events are told nowhere. */
const scriptedMapRuns = (objects: Record<string, string>, parent: ExecutionOptions): MapRuns => {
  const mapRuns: MapRuns = {
    s3: (operation, { Body: body, Bucket: bucket, Key: key, Prefix: prefix }) => {
      const place = `${String(bucket)}/${String(key)}`;
      if (operation === 'PutObject') objects[place] = String(body);
      else if (operation === 'GetObject') {
        const text = objects[place];
        if (text === undefined) throw new AslError('S3.NoSuchKeyException', `No ${place}`);
        return Promise.resolve({ Body: text });
      }
      const within = `${String(bucket)}/${typeof prefix === 'string' ? prefix : ''}`;
      const found = Object.entries(objects).filter(([name]) => name.startsWith(within));
      return Promise.resolve({
        Contents: found.map(([name, { length }]) => ({
          Key: name.slice(String(bucket).length + 1),
          ETag: '"e"',
          LastModified: new Date(startOfTestEpochMillis),
          Size: length,
          StorageClass: 'STANDARD',
        })),
      });
    },
    open: ({ label, processor }) =>
      Promise.resolve({
        arn: `arn:aws:states:us-east-1:123456789012:mapRun:machine/${label}:run`,
        stateMachineArn: `arn:aws:states:us-east-1:123456789012:stateMachine:machine/${label}`,
        runChild: async (index, input, { signal }) => {
          const started = parent.timers.nowEpochMillis();
          const name = `child-${String(index)}`;
          const outcome = await execute(
            { ...processor, timeoutSeconds: null },
            {
              ...parent,
              id: `arn:aws:states:us-east-1:123456789012:execution:machine/${label}:${name}`,
              name,
              input: JSON.parse(input) as unknown,
              record: () => undefined,
              signal,
              mapRuns,
            },
          );
          return {
            executionArn: `arn:aws:states:us-east-1:123456789012:execution:machine/${label}:${name}`,
            name,
            input,
            startedAtEpochMillis: started,
            stoppedAtEpochMillis: parent.timers.nowEpochMillis(),
            outcome,
          };
        },
      }),
  };
  return mapRuns;
};

/**
 * @param script answers by state, one for each attempt; the last is given again
 */
export const runScripted = async (
  definition: unknown,
  input: unknown,
  script: Readonly<Record<string, readonly ScriptedAnswer[]>> = {},
  {
    objects: given = {},
    ...overrides
  }: Partial<ExecutionOptions> & { readonly objects?: Readonly<Record<string, string>> } = {},
): Promise<ScriptedRun> => {
  const timers = virtualTimers();
  const events: HistoryEvent[] = [];
  const requests: TaskRequest[] = [];
  const objects: Record<string, string> = { ...given };
  const options: ExecutionOptions = {
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
  };
  const mapRuns = scriptedMapRuns(objects, options);
  const outcome = await timers.until(execute(compiled(definition), { ...options, mapRuns }));
  const elapsedMillis = timers.nowEpochMillis() - startOfTestEpochMillis;
  return { outcome, events, requests, elapsedMillis, objects };
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
