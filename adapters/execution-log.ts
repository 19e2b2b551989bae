import {
  FilterLogEventsCommand,
  type CloudWatchLogsClient,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';

import type { ExecutionLog } from '../core/ledger/execution-log.ts';
import type { ExecutionEvent } from '../core/ledger/steps.ts';
import { awsErrorName, awsFailure } from './aws-failures.ts';

/** Before the record's first time and after it: an execution ends after 20 s, and clocks differ. */
const marginMillis = 60_000;
/** What an answer may hold, with room for what is around it: Lambda answers at most 6 MB. */
const maximumCharacters = 4_000_000;
/** A page may be empty and not the last: the filter looks at everything in the span. */
const maximumPages = 20;

/**
 * Reads an execution's lines from the log of its machine.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export const cloudWatchExecutionLog = (options: {
  readonly client: CloudWatchLogsClient;
  readonly logGroupName: string;
}): ExecutionLog => ({
  read: async (executionArn, aroundEpochSeconds) => {
    const events: ExecutionEvent[] = [];
    let characters = 0;
    let nextToken: string | undefined;
    for (let page = 0; page < maximumPages; page += 1) {
      const answer = await options.client
        .send(
          new FilterLogEventsCommand({
            logGroupName: options.logGroupName,
            startTime: aroundEpochSeconds * 1000 - marginMillis,
            endTime: aroundEpochSeconds * 1000 + marginMillis,
            filterPattern: `{ $.execution_arn = "${executionArn}" }`,
            ...(nextToken === undefined ? {} : { nextToken }),
          }),
        )
        .catch((error: unknown) => {
          // A log group that is not there has no lines.
          if (awsErrorName(error) === 'ResourceNotFoundException') return nothing;
          throw awsFailure(error);
        });
      for (const { message = '' } of answer.events ?? []) {
        characters += message.length;
        if (characters > maximumCharacters) return { events, cutShort: true };
        const event = readEvent(message);
        if (event !== null) events.push(event);
      }
      nextToken = answer.nextToken;
      if (nextToken === undefined) return { events, cutShort: false };
    }
    return { events, cutShort: true };
  },
});

const nothing: Pick<FilterLogEventsCommandOutput, 'events' | 'nextToken'> = {};

/** Every number of a line's envelope is a text. Null for what is no such line. */
const readEvent = (message: string): ExecutionEvent | null => {
  let line: Readonly<Record<string, unknown>>;
  try {
    line = JSON.parse(message) as typeof line;
  } catch {
    return null;
  }
  const { type, details } = line;
  const [id, atEpochMillis] = [Number(line['id']), Number(line['event_timestamp'])];
  if (typeof type !== 'string' || !Number.isSafeInteger(id)) return null;
  return {
    id,
    type,
    atEpochMillis,
    details: typeof details === 'object' && details !== null ? { ...details } : {},
  };
};
