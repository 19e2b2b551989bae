import type { ReplayAnswer } from '../../core/contracts/replay-answers.ts';
import type { ReplayRequest } from '../../core/contracts/replay-requests.ts';
import { StepkeyError } from '../../core/errors.ts';
import { cursorOf, positionOf } from '../../core/ledger/cursor.ts';
import { recordOfLink, type Link } from '../../core/ledger/link.ts';
import { shardCount, shardOf, type LedgerRecord } from '../../core/ledger/record.ts';
import { replayRange, type ReplayPlace, type ReplayRange } from '../../core/ledger/replay.ts';
import type { ReplayFunctionPorts } from './ports.ts';

type Ports = Pick<ReplayFunctionPorts, 'reader' | 'bus' | 'digest' | 'clock'>;

const allShards = Array.from({ length: shardCount }, (_, shard) => shard);
/** No session is longer, and none is handed out once it has ended. */
const longestSessionSeconds = 43_200;

const secondOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000);

/**
 * Tells the bus a part of a range again.
 * @throws Request.Malformed for a cursor of another range; Request.NotFound for a record that the ledger does not have
 */
export const replay = async (
  ports: Ports,
  { cursor, ...asked }: ReplayRequest,
): Promise<ReplayAnswer> => {
  const query = { asked: JSON.stringify(asked) };
  const at = cursor === undefined ? null : placeOf(positionOf(query, cursor, ports.digest));
  // What happens while it runs is told anyway: the range ends where it ended when it was asked for.
  const endEpochSeconds =
    at?.endEpochSeconds ?? Math.floor(ports.clock.nowEpochMillis() / 1000) + 1;
  const range = await rangeOf(ports, asked, endEpochSeconds);
  const { replayed, next } = await replayRange(ports, range, at);
  if (next === null) return { replayed, cursor: null };
  const position = `${String(endEpochSeconds).padStart(12, '0')}#${String(next.shard)}.${String(next.afterSequence)}`;
  return { replayed, cursor: cursorOf(query, position, ports.digest) };
};

/** @throws Request.Malformed */
const placeOf = (position: string): ReplayPlace & { readonly endEpochSeconds: number } => {
  const [, end, shard, sequence] = /^(\d{12})#(\d{1,4})\.(\d{1,12})$/.exec(position) ?? [];
  if (end === undefined) {
    throw new StepkeyError('Request.Malformed', { faults: ['cursor: is not one of this range'] });
  }
  return {
    endEpochSeconds: Number(end),
    shard: Number(shard),
    afterSequence: Number(sequence),
  };
};

const rangeOf = async (
  ports: Ports,
  asked: Omit<ReplayRequest, 'cursor'>,
  endEpochSeconds: number,
): Promise<ReplayRange> => {
  const { from, to, subject, after, sessionId, issuanceId } = asked;
  if (sessionId !== undefined) return ofSession(ports, sessionId, endEpochSeconds);
  if (issuanceId !== undefined) return ofHandOut(ports, issuanceId, endEpochSeconds);
  const whole: ReplayRange = {
    shards: allShards,
    afterSequence: null,
    fromEpochSeconds: from === undefined ? 0 : secondOf(from),
    toEpochSeconds: to === undefined ? endEpochSeconds : secondOf(to),
    isMeant: () => true,
  };
  if (after !== undefined) {
    return { ...whole, shards: [after.shard], afterSequence: after.sequence };
  }
  return subject === undefined
    ? whole
    : {
        ...whole,
        shards: [shardOf({ subject, id: subject }, ports.digest)],
        isMeant: (record) => record.subject === subject,
      };
};

/** From its first record on, for as long as it may have been handed out. */
const ofSession = async (
  { reader }: Ports,
  sessionId: string,
  endEpochSeconds: number,
): Promise<ReplayRange> => {
  const first = firstOf(await reader.readRecord('session', sessionId));
  const { atEpochSeconds } = recordOfLink(first);
  return {
    shards: [first.shard],
    afterSequence: first.sequence - 1,
    fromEpochSeconds: 0,
    toEpochSeconds: Math.min(endEpochSeconds, atEpochSeconds + longestSessionSeconds),
    isMeant: ({ kind, id, data }: LedgerRecord) =>
      kind === 'session' ? id === sessionId : data['sessionId'] === sessionId,
  };
};

const ofHandOut = async (
  { reader }: Ports,
  issuanceId: string,
  endEpochSeconds: number,
): Promise<ReplayRange> => {
  const handOuts = await reader.readRecord('issuance', issuanceId);
  const first = firstOf(
    handOuts.length > 0 ? handOuts : await reader.readRecord('denial', issuanceId),
  );
  const { atEpochSeconds } = recordOfLink(first);
  return {
    shards: [first.shard],
    afterSequence: first.sequence - 1,
    fromEpochSeconds: atEpochSeconds,
    toEpochSeconds: Math.min(endEpochSeconds, atEpochSeconds + 1),
    isMeant: ({ id }) => id === issuanceId,
  };
};

const firstOf = ([first]: readonly Link[]): Link => {
  if (first === undefined) throw new StepkeyError('Request.NotFound');
  return first;
};
