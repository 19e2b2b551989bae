import type { RedriveAnswer } from '../../core/contracts/replay-answers.ts';
import { StepkeyError } from '../../core/errors.ts';
import { eventOfLink } from '../../core/ledger/event-of-link.ts';
import {
  inStreamOrder,
  type FailedRecord,
  type WaitingRecord,
} from '../../core/ledger/failed-record.ts';
import type { ReplayFunctionPorts } from './ports.ts';

/** What one request brings where it belongs, well within its time. */
const mostPerRequest = 100;

interface Waiting extends WaitingRecord {
  readonly failed: FailedRecord;
}

/**
 * Chains the records that are waiting, tells the bus of each, marked as replayed, and takes them out of the queue: in
 * the order in which the table changed, as far as the queue gives them out together. A record that is in its chain
 * already is found there. What fails stays in the queue.
 * @throws Upstream.* where the first of them could not be brought anywhere
 */
export const redrive = async (
  ports: Pick<ReplayFunctionPorts, 'chain' | 'failed' | 'bus'>,
): Promise<RedriveAnswer> => {
  const { waiting, unreadable, isEmpty } = await receiveAll(ports.failed);
  let [replayed, chained] = [0, 0];
  for (const { failed, receipt } of waiting) {
    const { links, failures } = await ports.chain.append([failed.record]);
    const link = links.get(failed.record);
    if (link === undefined) throw failures[0] ?? new StepkeyError('Upstream.Unavailable');
    const event = eventOfLink(link, { replayed: true });
    if (event !== null && event !== 'misshapen') {
      const [isTaken] = await ports.bus.publish([event]);
      // Those behind it wait, too: they may be of the same subject.
      if (isTaken !== true) throw new StepkeyError('Upstream.Unavailable');
      replayed += 1;
    }
    await ports.failed.remove(receipt);
    chained += 1;
  }
  return { replayed, chained, unreadable, isDone: isEmpty };
};

const receiveAll = async (failed: ReplayFunctionPorts['failed']) => {
  const waiting: Waiting[] = [];
  let unreadable = 0;
  let isEmpty = false;
  while (!isEmpty && waiting.length + unreadable < mostPerRequest) {
    const some = await failed.receive();
    isEmpty = some.length === 0;
    for (const { receipt, failed: record } of some) {
      if (record === null) unreadable += 1;
      else waiting.push({ receipt, failed: record });
    }
  }
  waiting.sort((one, other) => inStreamOrder(one.failed, other.failed));
  return { waiting, unreadable, isEmpty };
};
