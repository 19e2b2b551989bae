/** Event source mappings: they read streams and bring what they find to functions, at least once. */
import { randomUUID } from 'node:crypto';
import type { Timers } from '../../../asl/timers.ts';
import { AwsError } from '../../../aws.ts';
import type { AwsCall, Principal } from '../../../aws.ts';
import type { Store } from '../../../state/store.ts';
import type { DynamoDbService } from '../../dynamodb/service.ts';
import type { StreamRecord } from '../../dynamodb/streams.ts';
import { queueNameOfArn } from '../../sqs/names.ts';
import { functionArn } from '../service.ts';
import type { LambdaService } from '../service.ts';
import type { BatchOutcome, GivenUp } from './batch.ts';
import { createInterruptible } from './interruptible.ts';
import type { Interruptible } from './interruptible.ts';
import { runLane } from './lane.ts';
import { earliest } from './model.ts';
import type { EventSourceMapping, Positions } from './model.ts';
import { failureMessage, outcomeOfAnswer } from './outcome.ts';
import { openStreamReader } from './stream-reader.ts';
import type { StreamReader } from './stream-reader.ts';

export interface EventSourceMappings {
  /** Makes the mapping or replaces it; where it stands in its stream stays. */
  readonly put: (mapping: EventSourceMapping) => Promise<void>;
  readonly remove: (uuid: string) => Promise<void>;
  /** Begins to read. To be called when the functions are there. */
  readonly start: () => void;
  /** Behind which record of a table's stream nothing may be pruned; null where nobody reads it. */
  readonly keepAfter: (tableName: string) => string | null;
  /** Stops; what was not settled comes again after the next start. */
  readonly close: () => Promise<void>;
}

export interface MappingDependencies {
  readonly store: Store;
  readonly timers: Timers;
  readonly call: AwsCall;
  readonly dynamoDb: Pick<DynamoDbService, 'watchStream' | 'lastSequenceNumber'>;
  readonly lambda: Pick<LambdaService, 'invokeByLambda' | 'roleArnOf'>;
  /** @throws AwsError when Lambda may not assume the role */
  readonly principalOfRole: (roleArn: string, sessionName: string) => Promise<Principal>;
  readonly log: (line: string) => void;
}

const pauseAfterFaultMillis = 2_000;
const triesToTellQueue = 3;

const tableOf = (streamArn: string): string => /:table\/([^/]+)/u.exec(streamArn)?.[1] ?? '';

const codeOf = (error: unknown): string =>
  error instanceof AwsError ? `${error.code}: ${error.message}` : (error as Error).name;

export const createEventSourceMappings = async (
  dependencies: MappingDependencies,
): Promise<EventSourceMappings> => {
  const { timers, call, dynamoDb, lambda, log } = dependencies;
  const kept = await dependencies.store.collection<Positions>('lambda-event-sources');
  const mappings = new Map<string, EventSourceMapping>();
  const running = new Map<string, { readonly stop: () => Promise<void> }>();
  let started = false;

  const positionsFor = (mapping: EventSourceMapping): Positions => {
    const { uuid, streamArn, parallelizationFactor: lanes } = mapping;
    const before = kept.get(uuid);
    if (before?.streamArn === streamArn) {
      if (before.lanes.length === lanes) return before;
      return { streamArn, lanes: Array<string>(lanes).fill(earliest(before.lanes)) };
    }
    const from =
      mapping.startingPosition === 'LATEST' ? dynamoDb.lastSequenceNumber(tableOf(streamArn)) : '';
    return { streamArn, lanes: Array<string>(lanes).fill(from) };
  };
  const moveTo = (uuid: string, index: number, sequenceNumber: string): Promise<void> => {
    const positions = kept.get(uuid);
    if (positions === undefined) return Promise.resolve();
    return kept.put(uuid, { ...positions, lanes: positions.lanes.with(index, sequenceNumber) });
  };

  const principalOf = (name: string): Promise<Principal> =>
    dependencies.principalOfRole(lambda.roleArnOf(name), name);

  const invoke = async (
    { functionName, reportsItemFailures }: EventSourceMapping,
    records: readonly StreamRecord[],
    interruptible: Interruptible,
  ): Promise<BatchOutcome | null> => {
    const payload = JSON.stringify({ Records: records });
    for (;;) {
      try {
        const answer = await interruptible.orStopped(lambda.invokeByLambda(functionName, payload));
        if (answer === 'stopped') return null;
        if (answer.outcome === 'failed') return { kind: 'failed', from: 0 };
        return reportsItemFailures ? outcomeOfAnswer(answer.payload, records) : { kind: 'done' };
      } catch (error) {
        // Not the function's failure: it could not be asked, which is no retry of the batch.
        log(`event source of ${functionName}: ${codeOf(error)}`);
        await interruptible.pause(pauseAfterFaultMillis);
        if (interruptible.isStopped()) return null;
      }
    }
  };
  const giveUp = async (
    { functionName, streamArn, onFailureArn }: EventSourceMapping,
    givenUp: GivenUp,
    { shardId }: StreamReader,
    interruptible: Interruptible,
  ): Promise<void> => {
    const count = String(givenUp.records.length);
    log(`event source of ${functionName}: gave up ${count} records (${givenUp.condition})`);
    if (onFailureArn === null) return;
    const MessageBody = failureMessage(givenUp, {
      requestId: randomUUID(),
      functionArn: functionArn(functionName),
      streamArn,
      shardId,
      nowEpochMillis: timers.nowEpochMillis(),
    });
    for (let tries = 1; tries <= triesToTellQueue && !interruptible.isStopped(); tries += 1) {
      try {
        const context = {
          principal: await principalOf(functionName),
          requestId: randomUUID(),
          sourceIp: 'lambda.amazonaws.com',
        };
        const QueueUrl = queueNameOfArn(onFailureArn);
        await call('sqs', 'SendMessage', { QueueUrl, MessageBody }, context);
        return;
      } catch (error) {
        log(`event source of ${functionName}: its queue was not told: ${codeOf(error)}`);
        await interruptible.pause(pauseAfterFaultMillis);
      }
    }
  };

  /** Again and again, until it is stopped: a fault of the reading is none of the records'. */
  const keepRunning = async (
    mapping: EventSourceMapping,
    interruptible: Interruptible,
    work: () => Promise<void>,
  ): Promise<void> => {
    while (!interruptible.isStopped()) {
      try {
        await work();
      } catch (error) {
        if (interruptible.isStopped()) return;
        log(`event source of ${mapping.functionName}: PROBLEM: ${codeOf(error)}`);
        await interruptible.pause(pauseAfterFaultMillis);
      }
    }
  };
  const run = (mapping: EventSourceMapping): { readonly stop: () => Promise<void> } => {
    const { uuid, streamArn, functionName } = mapping;
    const interruptible = createInterruptible(timers);
    const unwatch = dynamoDb.watchStream(tableOf(streamArn), interruptible.news.tell);
    const lanes = Array.from({ length: mapping.parallelizationFactor }, (_, index) =>
      keepRunning(mapping, interruptible, async () => {
        const reader = await openStreamReader(streamArn, {
          call,
          principal: () => principalOf(functionName),
        });
        await runLane({
          mapping,
          index,
          reader,
          interruptible,
          nowEpochMillis: timers.nowEpochMillis,
          invoke: (records) => invoke(mapping, records, interruptible),
          giveUp: (givenUp) => giveUp(mapping, givenUp, reader, interruptible),
          position: () => kept.get(uuid)?.lanes[index] ?? '',
          moveTo: (sequenceNumber) => moveTo(uuid, index, sequenceNumber),
        });
      }),
    );
    return {
      stop: async () => {
        interruptible.stop();
        unwatch();
        await Promise.all(lanes);
      },
    };
  };
  const stop = async (uuid: string): Promise<void> => {
    const current = running.get(uuid);
    running.delete(uuid);
    await current?.stop();
  };
  const startOne = (mapping: EventSourceMapping): void => {
    if (mapping.enabled) running.set(mapping.uuid, run(mapping));
  };

  return {
    put: async (mapping) => {
      await stop(mapping.uuid);
      mappings.set(mapping.uuid, mapping);
      await kept.put(mapping.uuid, positionsFor(mapping));
      if (started) startOne(mapping);
    },
    remove: async (uuid) => {
      await stop(uuid);
      mappings.delete(uuid);
      await kept.delete(uuid);
    },
    start: () => {
      started = true;
      for (const mapping of mappings.values()) startOne(mapping);
    },
    keepAfter: (tableName) => {
      const lanes = [...kept.entries()].flatMap(([, positions]) =>
        tableOf(positions.streamArn) === tableName ? positions.lanes : [],
      );
      return lanes.length === 0 ? null : earliest(lanes);
    },
    close: async () => {
      started = false;
      await Promise.all([...running.keys()].map(stop));
    },
  };
};
