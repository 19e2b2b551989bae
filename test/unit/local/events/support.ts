/** An events service on virtual time, with a recording target. */
import type { Timers } from '../../../../local/asl/timers.ts';
import { AwsError } from '../../../../local/aws.ts';
import type { CallContext } from '../../../../local/aws.ts';
import type { DeadLetter } from '../../../../local/services/events/deliveries.ts';
import type { Delivery } from '../../../../local/services/events/model.ts';
import { createEventsService } from '../../../../local/services/events/service.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import type { Store } from '../../../../local/state/store.ts';

export const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:audit';
export const otherFunctionArn = 'arn:aws:lambda:us-east-1:123456789012:function:other';

const context: CallContext = {
  principal: {
    kind: 'user',
    arn: 'arn:aws:iam::123456789012:user/admin',
    accountId: '123456789012',
    userId: 'AIDA',
    identityPolicies: [],
    permissionsBoundary: null,
    sessionPolicies: [],
    conditionKeys: {},
  },
  requestId: 'request',
  sourceIp: '127.0.0.1',
};

interface VirtualTimers extends Timers {
  /** Runs what is due until then, in the order of time. */
  readonly advance: (millis: number) => Promise<void>;
  readonly waiting: () => number;
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

const virtualTimers = (start: string): VirtualTimers => {
  let now = Date.parse(start);
  const due = new Set<{ at: number; action: () => void }>();
  return {
    nowEpochMillis: () => now,
    schedule: (millis, action) => {
      const entry = { at: now + millis, action };
      due.add(entry);
      return () => {
        due.delete(entry);
      };
    },
    waiting: () => due.size,
    advance: async (millis) => {
      const end = now + millis;
      for (;;) {
        await settle();
        const [next] = [...due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        due.delete(next);
        now = next.at;
        next.action();
      }
      now = end;
      await settle();
    },
  };
};

export const startEvents = async (
  options: {
    readonly store?: Store;
    readonly isStarted?: boolean;
    readonly deliver?: (delivery: Delivery, attempt: number) => Promise<void> | void;
  } = {},
) => {
  const timers = virtualTimers('2026-11-21T10:00:00.500Z');
  const delivered: Delivery[] = [];
  const attempts: string[] = [];
  const letters: DeadLetter[] = [];
  const log: string[] = [];
  const service = await createEventsService({
    store: options.store ?? memoryStore(),
    clock: timers,
    timers,
    log: (line) => log.push(line),
    deliver: async (delivery) => {
      attempts.push(delivery.target.Id);
      await options.deliver?.(delivery, attempts.length);
      delivered.push(delivery);
    },
    deadLetter: (letter) => {
      letters.push(letter);
    },
  });
  if (options.isStarted !== false) service.start();
  const call = async (
    operation: string,
    input: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>> => {
    const found = service.operations[operation];
    if (found === undefined) throw new TypeError(`No operation ${operation}`);
    return found.run(input, context);
  };
  const refusal = async (
    operation: string,
    input: Record<string, unknown> = {},
  ): Promise<AwsError> => {
    const error: unknown = await call(operation, input).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error instanceof AwsError) return error;
    throw new TypeError(`${operation} was not refused`);
  };
  /** A rule with one target, which receives the events of `source`. */
  const rule = async (
    name: string,
    source: string,
    target: Record<string, unknown> = {},
    bus?: string,
  ): Promise<void> => {
    const onBus = bus === undefined ? {} : { EventBusName: bus };
    await call('PutRule', {
      Name: name,
      EventPattern: JSON.stringify({ source: [source] }),
      ...onBus,
    });
    await call('PutTargets', {
      Rule: name,
      Targets: [{ Id: name, Arn: functionArn, ...target }],
      ...onBus,
    });
  };
  const send = (source: string, detail: unknown = {}, more: Record<string, unknown> = {}) =>
    call('PutEvents', {
      Entries: [{ Source: source, DetailType: 'test', Detail: JSON.stringify(detail), ...more }],
    });
  return { service, timers, delivered, attempts, letters, log, call, refusal, rule, send };
};
