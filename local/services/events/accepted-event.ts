/** From an entry of PutEvents to an event, or to the reason why not. */
import type { PutEventsEntry } from './inputs.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import { parseJsonNodes } from './pattern/json-nodes.ts';
import type { JsonNode } from './pattern/json-nodes.ts';

export interface EntryFault {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** The whole event as JSON nodes. */
export interface AcceptedEvent {
  readonly id: string;
  readonly node: JsonNode;
}

/** The size that AWS counts against its limit, in bytes. */
export const entrySize = (entry: PutEventsEntry): number =>
  [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])].reduce(
    (size, text) => size + Buffer.byteLength(text ?? ''),
    entry.Time === undefined ? 0 : 14,
  );

const required = (name: string): EntryFault => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
});

const isDetail = (text: string): boolean => {
  try {
    return parseJsonNodes(text).kind === 'object';
  } catch {
    return false;
  }
};

/** Null where AWS takes the entry. */
export const entryFault = (entry: PutEventsEntry): EntryFault | null => {
  const { Source = '', DetailType = '', Detail = '' } = entry;
  if (Source === '') return required('Source');
  if (DetailType === '') return required('DetailType');
  if (Detail === '') return required('Detail');
  if (Source.startsWith('aws.'))
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    };
  return isDetail(Detail)
    ? null
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
};

const epochMillisOf = (time: number | Date): number =>
  typeof time === 'number' ? time * 1000 : time.getTime();

/** @param entry without a fault */
export const acceptedEvent = (
  entry: PutEventsEntry,
  id: string,
  nowEpochMillis: number,
): AcceptedEvent => {
  const atEpochMillis = entry.Time === undefined ? nowEpochMillis : epochMillisOf(entry.Time);
  const envelope = JSON.stringify({
    version: '0',
    id,
    'detail-type': entry.DetailType,
    source: entry.Source,
    account: twinAccountId,
    time: new Date(atEpochMillis).toISOString().replace(/\.\d{3}Z$/u, 'Z'),
    region: twinRegion,
    resources: entry.Resources ?? [],
  });
  const node = parseJsonNodes(envelope);
  if (node.kind !== 'object') throw new TypeError('An event is an object.');
  const detail = { name: 'detail', value: parseJsonNodes(entry.Detail ?? '{}') };
  return { id, node: { ...node, members: [...node.members, detail] } };
};
