/**
 * Batches on the broker in one process: the deployed text of the state machine issue-batch, its function's own tasks,
 * and for every subject an execution of issue-credentials. A run and its children can be killed.
 */
import { readFileSync } from 'node:fs';
import { dynamoBatchStore } from '../../../adapters/batch-store.ts';
import { dynamoCredentialStore } from '../../../adapters/credential-store.ts';
import { nodeDigest } from '../../../adapters/digest.ts';
import type { Batch } from '../../../core/batches/batch.ts';
import type { BatchMachine, ManifestStore } from '../../../core/batches/ports.ts';
import { StepkeyError } from '../../../core/errors.ts';
import { closeBatch, type CloseBatchInput } from '../../../functions/batches/close-batch.ts';
import {
  countSubjects,
  type CountSubjectsInput,
} from '../../../functions/batches/count-subjects.ts';
import { settle } from '../../../functions/batches/find-batch.ts';
import type { BatchContext, BatchPorts } from '../../../functions/batches/ports.ts';
import { resumeBatch } from '../../../functions/batches/resume-batch.ts';
import { startBatch } from '../../../functions/batches/start-batch.ts';
import { AslError } from '../../../local/asl/errors.ts';
import type { ExecutionOptions, MapRuns } from '../../../local/asl/execution.ts';
import { execute } from '../../../local/asl/execute.ts';
import { parseDefinition } from '../../../local/asl/parse.ts';
import { AwsError, type AwsCall } from '../../../local/aws.ts';
import { callerOf } from '../callers.ts';
import { fakeManifestStore } from '../fakes/fake-manifest-store.ts';
import { decisionContextOf } from '../grants.ts';
import { userPool } from '../tokens.ts';
import { portFailures } from './gate.ts';
import type { InProcessBroker } from './in-process-broker.ts';
import { taskRunner, type Tasks } from './in-process-tasks.ts';
import { tableName } from './in-process-aws.ts';

export const batchMachineText = readFileSync(
  new URL('../../../statemachines/issue-batch.asl.json', import.meta.url),
  'utf8',
);

const machineOf = (text: string) => {
  const known: Readonly<Record<string, string>> = {
    Partition: 'aws',
    BatchesFunctionArn: 'batches',
    IssueCredentialsArn: 'issue-credentials',
    TableName: tableName,
    BucketName: 'bucket',
    MaxConcurrency: '2',
  };
  const { machine, diagnostics } = parseDefinition(
    text.replace(/\$\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole),
  );
  if (machine === null) throw new TypeError(JSON.stringify(diagnostics));
  return machine;
};

/** So often does a job order its batch, under one idempotency key. */
const mostOrders = 3;

/** The job, with a token of its own. */
const job = (nowEpochSeconds: number) =>
  callerOf({
    subject: `users:${userPool.clients['batch'] ?? ''}`,
    sub: userPool.clients['batch'] ?? '',
    username: null,
    client: 'batch',
    tokenUse: 'access',
    kind: 'machine',
    scopes: ['stepkey/act-as'],
    authTimeEpochSeconds: nowEpochSeconds - 60,
    expiresAtEpochSeconds: nowEpochSeconds + 3540,
    groups: [],
  });

export const inProcessBatches = (broker: InProcessBroker) => {
  const { time, aws, gate } = broker;
  const { sealer } = broker.newProcesses();
  const machine = machineOf(batchMachineText);
  const table = { client: aws.dynamoDbOf('batches'), tableName };
  const manifests = fakeManifestStore();
  const runs = new Map<string, { readonly states: Set<string>; isOver: boolean }>();
  let killAt: { readonly state: string; readonly when: 'enter' | 'exit' } | null = null;
  let ids = 0;
  const nextId = (): string => {
    ids += 1;
    return `00000000-0000-7000-a000-${String(ids).padStart(12, '0')}`;
  };

  const batchMachine: BatchMachine = {
    start: (input) => {
      const name = `${input.batchId}-${String(input.run)}`;
      if (!runs.has(name)) void run(name, input);
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
    stateOf: ({ batchId, run: number }) => {
      const found = runs.get(`${batchId}-${String(number)}`);
      return Promise.resolve(found === undefined ? 'unknown' : found.isOver ? 'ended' : 'running');
    },
  };
  const gatedManifests: ManifestStore = {
    write: manifests.write,
    lines: async function* (key) {
      const read = async (): Promise<readonly string[]> => {
        const lines: string[] = [];
        for await (const line of manifests.lines(key)) lines.push(line);
        return lines;
      };
      const failures = portFailures<readonly string[]>(() => ['{'], 5000);
      yield* await gate.pass('batches s3:GetObject', read, failures);
    },
  };
  // No request comes in here: what only those use is left out.
  const ports = {
    clock: time,
    ids: { next: nextId },
    batches: dynamoBatchStore(table),
    manifests: gatedManifests,
    machine: batchMachine,
    sealer,
    store: dynamoCredentialStore({ ...table, timer: time }),
  } as unknown as BatchPorts;
  const context = {
    grants: decisionContextOf().grants,
    digest: nodeDigest,
    warrantSeconds: 43_200,
  } as unknown as BatchContext;

  const tasks: Tasks = {
    'count-subjects': (event: CountSubjectsInput) => countSubjects(ports, event),
    'close-batch': (event: CloseBatchInput) => closeBatch(ports, event),
  };
  const startExecution = async (input: string): Promise<Record<string, unknown>> => {
    // Processes of its own: two at a time would share what the harness notes of the one at work.
    const processes = broker.newProcesses();
    try {
      return (await processes.startExecution(nextId(), JSON.parse(input))) as Record<
        string,
        unknown
      >;
    } catch {
      throw new AwsError('InternalFailure', 'killed', { statusCode: 500 });
    }
  };
  const call =
    (state: string): AwsCall =>
    (service, operation, input, callContext) =>
      service === 'states'
        ? gate.pass<Record<string, unknown>>(
            `${state} ${operation}`,
            () => startExecution(String(input['input'])),
            {
              fails: () => new AwsError('InternalFailure', 'Internal error', { statusCode: 500 }),
              throttles: () => new AwsError('ThrottlingException', 'Rate exceeded'),
              garbage: () => ({}),
              timeoutMillis: null,
            },
          )
        : aws.callOfState(state)(service, operation, input, callContext);
  const runTask = taskRunner(tasks, call, gate);

  const run = async (name: string, input: unknown): Promise<void> => {
    const states = new Set<string>();
    const about = { states, isOver: false };
    runs.set(name, about);
    const pauseOf =
      (stop: AbortController) =>
      (state: string, when: 'enter' | 'exit'): Promise<void> => {
        if (when === 'enter') states.add(state);
        if (killAt?.state === state && killAt.when === when) {
          killAt = null;
          stop.abort();
        }
        return Promise.resolve();
      };
    const stop = new AbortController();
    const options: ExecutionOptions = {
      id: `arn:aws:states:us-east-1:123456789012:execution:issue-batch:${name}`,
      name,
      roleArn: 'arn:aws:iam::123456789012:role/machine',
      stateMachine: { id: 'arn:aws:states:us-east-1:123456789012:stateMachine:b', name: 'b' },
      input,
      timers: time.timers,
      random: () => 0.5,
      record: () => undefined,
      runTask,
      signal: stop.signal,
      pause: pauseOf(stop),
    };
    const mapRuns: MapRuns = {
      s3: (operation, { Key: key, Body: body }) => {
        const made = (): Promise<Record<string, unknown>> => {
          if (operation === 'PutObject') manifests.texts.set(String(key), String(body));
          return Promise.resolve(
            operation === 'GetObject' ? { Body: manifests.texts.get(String(key)) } : {},
          );
        };
        return gate.pass(`Map s3:${operation}`, made, {
          fails: () => new AslError('S3.InternalError', 'Internal error'),
          throttles: () => new AslError('S3.SlowDown', 'Rate exceeded'),
          garbage: () => (operation === 'PutObject' ? made() : {}),
          timeoutMillis: 60_000,
        });
      },
      open: ({ label, processor }) =>
        Promise.resolve({
          arn: `arn:aws:states:us-east-1:123456789012:mapRun:issue-batch/${label}:${name}`,
          stateMachineArn: `arn:aws:states:us-east-1:123456789012:stateMachine:issue-batch/${label}`,
          runChild: async (index, childInput, { signal }) => {
            const child = new AbortController();
            signal.addEventListener('abort', () => {
              child.abort();
            });
            const childName = `${name}-${String(index)}`;
            const startedAtEpochMillis = time.nowEpochMillis();
            const outcome = await execute(
              { ...processor, timeoutSeconds: null },
              {
                ...options,
                id: `${options.id}:${childName}`,
                name: childName,
                input: JSON.parse(childInput) as unknown,
                signal: child.signal,
                pause: pauseOf(child),
                mapRuns,
                maximumMillis: 300_000,
              },
            );
            return {
              executionArn: `${options.id}:${childName}`,
              name: childName,
              input: childInput,
              startedAtEpochMillis,
              stoppedAtEpochMillis: time.nowEpochMillis(),
              outcome,
            };
          },
        }),
    };
    await execute(machine, { ...options, mapRuns });
    about.isOver = true;
  };

  const nowEpochSeconds = (): number => Math.floor(time.nowEpochMillis() / 1000);
  return {
    /** Kills the next execution, of a run or a subject, that gets there. */
    killAt: (state: string, when: 'enter' | 'exit') => {
      killAt = { state, when };
    },
    isKilled: () => killAt === null,
    statesOf: (batchId: string): readonly string[] => [
      ...new Set(
        [...runs].flatMap(([name, { states }]) => (name.startsWith(batchId) ? [...states] : [])),
      ),
    ],
    start: async (subjects: readonly string[], format: 'csv' | 'jsonl'): Promise<Batch> => {
      const key = `batches/batch/${nextId()}.${format}`;
      manifests.texts.set(
        key,
        format === 'csv'
          ? `subject\n${subjects.join('\n')}\n`
          : subjects.map((subject) => `${JSON.stringify({ subject })}\n`).join(''),
      );
      const order = { grant: 'reports', manifest: { key, format } };
      for (let attempt = 1; ; attempt += 1) {
        const started = startBatch(ports, context, job(nowEpochSeconds()), order, key);
        try {
          return await time.until(started);
        } catch (error) {
          if (!(error instanceof StepkeyError) || attempt === mostOrders) throw error;
        }
      }
    },
    resume: (batchId: string): Promise<Batch> =>
      time.until(resumeBatch(ports, context, job(nowEpochSeconds()), batchId)),
    /** As whoever asks for the batch is told. */
    read: async (batchId: string): Promise<Batch> => {
      const present = await time.until(ports.batches.read(batchId));
      if (present === null) throw new TypeError('the batch is not there');
      return time.until(settle(ports, present));
    },
    outcomesOf: async (batchId: string) =>
      (await time.until(ports.batches.outcomes(batchId, { after: null, limit: 1000 }))).outcomes,
  };
};

export type InProcessBatches = ReturnType<typeof inProcessBatches>;
