/** Messages of all queues: delivered at least once, hidden while someone works on them, gone when they are deleted. */
import { randomUUID } from 'node:crypto';
import type { Timers } from '../../asl/timers.ts';
import type { Collection } from '../../state/store.ts';
import { receiptHandleIsInvalid } from './errors.ts';
import type { MessageAttribute, StoredMessage, StoredQueue } from './model.ts';

interface NewMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly senderId: string;
  readonly delaySeconds: number;
}

export interface ReceivedMessage extends StoredMessage {
  readonly receiptHandle: string;
}

export interface Messages {
  /** Durable when it resolves, to the message's id. */
  readonly send: (queue: StoredQueue, message: NewMessage) => Promise<string>;
  /** Waits for a first one as long as it may. */
  readonly receive: (
    queue: StoredQueue,
    wanted: {
      readonly most: number;
      readonly visibilitySeconds: number;
      readonly waitSeconds: number;
    },
  ) => Promise<readonly ReceivedMessage[]>;
  /** What a later receive took over stays. @throws AwsError ReceiptHandleIsInvalid */
  readonly remove: (queue: StoredQueue, receiptHandle: string) => Promise<void>;
  readonly purge: (queue: StoredQueue) => Promise<void>;
  readonly counts: (queue: StoredQueue) => {
    readonly visible: number;
    readonly hidden: number;
    readonly delayed: number;
  };
  /** Lets those who wait go with nothing. */
  readonly close: () => void;
}

interface Kept {
  readonly key: string;
  readonly message: StoredMessage;
}

/** Keys sort as they were sent. */
const keyOf = (queue: string, sequence: number): string =>
  `${queue}/${String(sequence).padStart(16, '0')}`;

export const createMessages = (kept: Collection<StoredMessage>, timers: Timers): Messages => {
  // By queue, so that a long queue costs the others nothing.
  const byQueue = new Map<string, Map<string, StoredMessage>>();
  let sequence = 0;
  for (const [key, message] of [...kept.entries()].sort(([left], [right]) =>
    left < right ? -1 : 1,
  )) {
    const held = byQueue.get(message.queue) ?? new Map<string, StoredMessage>();
    byQueue.set(message.queue, held.set(key, message));
    sequence = Math.max(sequence, Number(key.split('/')[1]));
  }
  const heldBy = ({ name }: StoredQueue): Map<string, StoredMessage> => {
    const held = byQueue.get(name) ?? new Map<string, StoredMessage>();
    byQueue.set(name, held);
    return held;
  };
  const put = (key: string, message: StoredMessage): Promise<void> => {
    const held = byQueue.get(message.queue) ?? new Map<string, StoredMessage>();
    byQueue.set(message.queue, held.set(key, message));
    return kept.put(key, message);
  };
  const drop = (queue: StoredQueue, key: string): Promise<void> => {
    heldBy(queue).delete(key);
    return kept.delete(key);
  };

  const waiting = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of [...waiting]) wake();
  };
  /** Until something is sent anywhere, or the time is over. */
  const wait = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        cancel();
        resolve();
      };
      const cancel = timers.schedule(millis, wake);
      waiting.add(wake);
    });
  let closed = false;

  const dropOld = async (queue: StoredQueue): Promise<void> => {
    const oldest = timers.nowEpochMillis() - queue.settings.MessageRetentionPeriod * 1000;
    for (const [key, { sentAtEpochMillis }] of heldBy(queue))
      if (sentAtEpochMillis < oldest) await drop(queue, key);
  };
  const visible = (queue: StoredQueue, most: number): Kept[] => {
    const now = timers.nowEpochMillis();
    const found: Kept[] = [];
    for (const [key, message] of heldBy(queue)) {
      if (found.length === most) break;
      if (message.visibleAtEpochMillis <= now) found.push({ key, message });
    }
    return found;
  };
  const take = async (
    { key, message }: Kept,
    visibilitySeconds: number,
  ): Promise<ReceivedMessage> => {
    const now = timers.nowEpochMillis();
    const receipt = randomUUID();
    const taken: StoredMessage = {
      ...message,
      visibleAtEpochMillis: now + visibilitySeconds * 1000,
      receiveCount: message.receiveCount + 1,
      firstReceivedAtEpochMillis: message.firstReceivedAtEpochMillis ?? now,
      receipt,
    };
    await put(key, taken);
    const handle = Buffer.from(JSON.stringify([key, receipt])).toString('base64url');
    return { ...taken, receiptHandle: handle };
  };

  return {
    send: async (queue, { body, attributes, senderId, delaySeconds }) => {
      sequence += 1;
      const now = timers.nowEpochMillis();
      const messageId = randomUUID();
      await put(keyOf(queue.name, sequence), {
        queue: queue.name,
        messageId,
        body,
        attributes,
        senderId,
        sentAtEpochMillis: now,
        visibleAtEpochMillis: now + delaySeconds * 1000,
        receiveCount: 0,
        firstReceivedAtEpochMillis: null,
        receipt: null,
      });
      wakeAll();
      return messageId;
    },
    receive: async (queue, { most, visibilitySeconds, waitSeconds }) => {
      const endEpochMillis = timers.nowEpochMillis() + waitSeconds * 1000;
      for (;;) {
        await dropOld(queue);
        const found = visible(queue, most);
        if (found.length > 0)
          return Promise.all(found.map((each) => take(each, visibilitySeconds)));
        const now = timers.nowEpochMillis();
        if (closed || now >= endEpochMillis) return [];
        const nextVisible = Math.min(
          endEpochMillis,
          ...[...heldBy(queue).values()].map((message) => message.visibleAtEpochMillis),
        );
        await wait(Math.max(1, nextVisible - now));
      }
    },
    remove: async (queue, receiptHandle) => {
      let key: unknown;
      let receipt: unknown;
      try {
        [key, receipt] = JSON.parse(
          Buffer.from(receiptHandle, 'base64url').toString(),
        ) as unknown[];
      } catch {
        throw receiptHandleIsInvalid();
      }
      if (typeof key !== 'string' || !key.startsWith(`${queue.name}/`))
        throw receiptHandleIsInvalid();
      if (heldBy(queue).get(key)?.receipt === receipt) await drop(queue, key);
    },
    purge: async (queue) => {
      await Promise.all([...heldBy(queue).keys()].map((key) => drop(queue, key)));
    },
    counts: (queue) => {
      const now = timers.nowEpochMillis();
      const all = [...heldBy(queue).values()];
      const later = all.filter(({ visibleAtEpochMillis }) => visibleAtEpochMillis > now);
      const delayed = later.filter(({ receiveCount }) => receiveCount === 0).length;
      return { visible: all.length - later.length, hidden: later.length - delayed, delayed };
    },
    close: () => {
      closed = true;
      wakeAll();
    },
  };
};
