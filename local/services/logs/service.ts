/** CloudWatch Logs: what the twin's services and functions write, and the calls that read it. */
import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { Operation, Service } from '../../aws.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import type { Store } from '../../state/store.ts';
import { eventsOf, isWithin, limitOf, lineOf, positionIn, positionOf } from './events.ts';
import type { LogEvent, MessageForm, TimeSpan } from './events.ts';
import { filterOf } from './filter-pattern.ts';
import { createLogGroups } from './groups.ts';
import type { StoredLogGroup } from './groups.ts';
import { pageOfStreams } from './streams.ts';

type Input = Record<string, unknown>;

export interface LogsService extends Service {
  /** Makes the group unless it is there; settings that are given are taken up. */
  readonly createLogGroup: (group: {
    readonly name: string;
    readonly retentionInDays?: number;
    readonly kmsKeyArn?: string;
  }) => Promise<{ readonly logGroupArn: string }>;
  /**
   * Adds an event, making the group where there is none. Best effort, as AWS's own: it does not say
   * whether it was written.
   */
  readonly writeLog: (
    group: string,
    stream: string,
    timestampMillis: number,
    message: string,
    form?: MessageForm,
  ) => void;
  /** Waits for what was written. */
  readonly close: () => Promise<void>;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const groupNameOf = (input: Input): string =>
  textOf(input['logGroupName'] ?? input['logGroupIdentifier']).replace(
    /^arn:.*:log-group:(.*?)(?::\*)?$/,
    '$1',
  );

const spanOf = (input: Input): TimeSpan => ({
  startMillis: typeof input['startTime'] === 'number' ? input['startTime'] : 0,
  endMillis: typeof input['endTime'] === 'number' ? input['endTime'] : Infinity,
});

/** `GetLogEvents` ends at the end that is asked for, and gives tokens to go on either way. */
const pageOfStream = (events: readonly LogEvent[], input: Input): Input => {
  const limit = limitOf(input['limit']);
  const token = input['nextToken'];
  let page: readonly LogEvent[];
  let at = '';
  if (typeof token === 'string') {
    const { kind, position } = positionIn(token, 'fb');
    at = position;
    page =
      kind === 'f'
        ? events.filter((event) => positionOf(event) > position).slice(0, limit)
        : events.filter((event) => positionOf(event) < position).slice(-limit);
  } else {
    page = input['startFromHead'] === true ? events.slice(0, limit) : events.slice(-limit);
  }
  const [first] = page;
  const last = page.at(-1);
  return {
    events: page.map(({ timestampMillis, message, ingestedAtMillis }) => ({
      timestamp: timestampMillis,
      message,
      ingestionTime: ingestedAtMillis,
    })),
    nextForwardToken: `f/${last === undefined ? at : positionOf(last)}`,
    nextBackwardToken: `b/${first === undefined ? at : positionOf(first)}`,
  };
};

const filteredPage = (events: readonly LogEvent[], input: Input): Input => {
  const limit = limitOf(input['limit']);
  const token = input['nextToken'];
  const after = typeof token === 'string' ? positionIn(token, 'f').position : '';
  const rest = events.filter((event) => positionOf(event) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    events: page.map((event) => ({
      logStreamName: event.stream,
      timestamp: event.timestampMillis,
      message: event.message,
      ingestionTime: event.ingestedAtMillis,
      eventId: event.id,
    })),
    searchedLogStreams: [],
    ...(last === undefined || rest.length === page.length
      ? {}
      : { nextToken: `f/${positionOf(last)}` }),
  };
};

/** @param directory where the journals lie; null keeps them in memory */
export const createLogsService = async (deps: {
  readonly directory: string | null;
  readonly store: Store;
  readonly clock: Clock;
}): Promise<LogsService> => {
  const { nowEpochMillis } = deps.clock;
  const groups = createLogGroups(
    await deps.store.collection<StoredLogGroup>('log-groups'),
    deps.directory,
    nowEpochMillis,
  );
  let pending: Promise<unknown> = Promise.resolve();
  /** Lines that wait for their group: later ones must not pass them. */
  let behind = 0;
  // Counting on from the clock keeps the ids of a restarted process above those of the last one.
  const firstId = String(nowEpochMillis()).padStart(18, '0');
  let count = 0;
  const arnOf = (name: string): string =>
    `arn:aws:logs:${twinRegion}:${twinAccountId}:log-group:${name}`;
  const readEvents = async (name: string): Promise<LogEvent[]> => {
    await pending;
    return eventsOf(await (await groups.journal(name)).lines());
  };
  const onGroup = (operation: string, run: Operation['run']): Operation => ({
    authorize: (input) => [
      {
        action: `logs:${operation}`,
        resource: `${arnOf(groupNameOf(input))}:log-stream:${textOf(input['logStreamName'])}`,
      },
    ],
    run,
  });

  return {
    name: 'logs',
    operations: {
      CreateLogGroup: {
        authorize: (input) => [
          { action: 'logs:CreateLogGroup', resource: arnOf(groupNameOf(input)) },
        ],
        run: async (input) => {
          const name = groupNameOf(input);
          if (groups.has(name)) {
            throw new AwsError(
              'ResourceAlreadyExistsException',
              'The specified log group already exists',
            );
          }
          const key = input['kmsKeyId'];
          await groups.ensure(name, typeof key === 'string' ? { kmsKeyArn: key } : {});
          return {};
        },
      },
      GetLogEvents: onGroup('GetLogEvents', async (input) => {
        const stream = textOf(input['logStreamName']);
        const events = (await readEvents(groupNameOf(input))).filter(
          (event) => event.stream === stream,
        );
        if (events.length === 0) {
          throw new AwsError(
            'ResourceNotFoundException',
            'The specified log stream does not exist.',
          );
        }
        const span = spanOf(input);
        return pageOfStream(
          events.filter((event) => isWithin(event, span)),
          input,
        );
      }),
      FilterLogEvents: onGroup('FilterLogEvents', async (input) => {
        const matches = filterOf(textOf(input['filterPattern']));
        const names = input['logStreamNames'];
        const prefix = textOf(input['logStreamNamePrefix']);
        const span = spanOf(input);
        const events = (await readEvents(groupNameOf(input))).filter(
          (event) =>
            isWithin(event, span) &&
            (!Array.isArray(names) || names.includes(event.stream)) &&
            event.stream.startsWith(prefix) &&
            matches(event.message),
        );
        return filteredPage(events, input);
      }),
      DescribeLogStreams: onGroup('DescribeLogStreams', async (input) => {
        const name = groupNameOf(input);
        return pageOfStreams(await readEvents(name), input, arnOf(name));
      }),
      DescribeLogGroups: {
        authorize: () => [
          { action: 'logs:DescribeLogGroups', resource: `${arnOf('')}:log-stream:` },
        ],
        run: async (input) => {
          const prefix = textOf(input['logGroupNamePrefix']);
          const logGroups = [];
          for (const group of groups.all().filter(({ name }) => name.startsWith(prefix))) {
            const journal = await groups.journal(group.name);
            logGroups.push({
              logGroupName: group.name,
              arn: `${arnOf(group.name)}:*`,
              logGroupArn: arnOf(group.name),
              creationTime: group.createdAtEpochMillis,
              storedBytes: await journal.storedBytes(),
              ...(group.retentionInDays === null ? {} : { retentionInDays: group.retentionInDays }),
              ...(group.kmsKeyArn === null ? {} : { kmsKeyId: group.kmsKeyArn }),
            });
          }
          return { logGroups };
        },
      },
    },
    createLogGroup: async ({ name, ...settings }) => {
      await groups.ensure(name, settings);
      return { logGroupArn: arnOf(name) };
    },
    writeLog: (group, stream, timestampMillis, message, form = 'text') => {
      count += 1;
      const event: LogEvent = {
        id: firstId + String(count).padStart(12, '0'),
        stream,
        timestampMillis,
        ingestedAtMillis: nowEpochMillis(),
        message,
      };
      const line = lineOf(event, form);
      const journal = behind === 0 ? groups.opened(group) : undefined;
      if (journal !== undefined) {
        journal.append(line);
        return;
      }
      behind += 1;
      pending = pending
        .then(async () => {
          if (!groups.has(group)) await groups.ensure(group);
          (await groups.journal(group)).append(line);
        })
        .catch(() => undefined)
        .finally(() => {
          behind -= 1;
        });
    },
    close: async () => {
      await pending;
      await groups.close();
    },
  };
};
