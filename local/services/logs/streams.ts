/** Log streams: known by their events, as a group keeps no list of them. */
import { AwsError } from '../../aws.ts';
import type { LogEvent } from './events.ts';

type Input = Record<string, unknown>;

interface LogStream {
  readonly logStreamName: string;
  readonly creationTime: number;
  readonly firstEventTimestamp: number;
  readonly lastEventTimestamp: number;
  readonly lastIngestionTime: number;
}

const invalid = (message: string): AwsError => new AwsError('InvalidParameterException', message);

/** @param events oldest first */
const streamsOf = (events: readonly LogEvent[]): readonly LogStream[] => {
  const streams = new Map<string, LogStream>();
  for (const { stream, timestampMillis, ingestedAtMillis } of events) {
    const known = streams.get(stream);
    streams.set(stream, {
      logStreamName: stream,
      creationTime: known?.creationTime ?? ingestedAtMillis,
      firstEventTimestamp: known?.firstEventTimestamp ?? timestampMillis,
      lastEventTimestamp: timestampMillis,
      lastIngestionTime: ingestedAtMillis,
    });
  }
  return [...streams.values()];
};

/** @throws AwsError InvalidParameterException */
export const pageOfStreams = (
  events: readonly LogEvent[],
  input: Input,
  groupArn: string,
): Input => {
  const { limit = 50, orderBy = 'LogStreamName', nextToken = '0' } = input;
  const prefix =
    typeof input['logStreamNamePrefix'] === 'string' ? input['logStreamNamePrefix'] : '';
  if (!Number.isInteger(limit) || Number(limit) < 1 || Number(limit) > 50)
    throw invalid('The limit is 1 to 50.');
  if (typeof nextToken !== 'string' || !/^\d{1,9}$/u.test(nextToken))
    throw invalid('The specified nextToken is invalid.');
  if (orderBy !== 'LogStreamName' && orderBy !== 'LastEventTime')
    throw invalid('orderBy is LogStreamName or LastEventTime.');
  if (orderBy === 'LastEventTime' && prefix !== '')
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const keyOf = (stream: LogStream): string =>
    orderBy === 'LogStreamName'
      ? stream.logStreamName
      : String(stream.lastEventTimestamp).padStart(15, '0');
  const sorted = streamsOf(events)
    .filter(({ logStreamName }) => logStreamName.startsWith(prefix))
    .sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  const all = input['descending'] === true ? sorted.reverse() : sorted;
  const from = Number(nextToken);
  const next = from + Number(limit);
  return {
    logStreams: all.slice(from, next).map((stream) => ({
      ...stream,
      arn: `${groupArn}:log-stream:${stream.logStreamName}`,
      // AWS has not counted them since 2019, either.
      storedBytes: 0,
    })),
    ...(next < all.length ? { nextToken: String(next) } : {}),
  };
};
