/** EventBridge: buses, rules, targets, and events on their way to them. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import { processTimers } from '../../asl/timers.ts';
import type { Timers } from '../../asl/timers.ts';
import type { Service } from '../../aws.ts';
import type { PolicyStatement } from '../../iam/policy.ts';
import { keptAnswers } from '../../kept-answers.ts';
import type { Store } from '../../state/store.ts';
import { acceptedEvent } from './accepted-event.ts';
import { busOperations, busPolicy, noSuchBus } from './bus-operations.ts';
import { createDeliveries } from './deliveries.ts';
import type { DeadLetter, Deliver } from './deliveries.ts';
import { eventOperations } from './event-operations.ts';
import type { AcceptedOnBus } from './event-operations.ts';
import type { Delivery, StoredBus, StoredRule } from './model.ts';
import { defaultBus, ruleArn } from './names.ts';
import { eventFields } from './pattern/event-fields.ts';
import { compileEventPattern } from './pattern/event-pattern.ts';
import type { EventPattern } from './pattern/event-pattern.ts';
import { ruleOperations } from './rule-operations.ts';
import { createScheduler } from './scheduler.ts';
import { targetOperations } from './target-operations.ts';
import { targetPayload } from './target-payload.ts';

/** An event of AWS's own, as `aws.states` sends them. */
interface PublishedEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly resources: readonly string[];
}

export interface EventsService extends Service {
  /** Puts an event on the default bus as an AWS service does; resolves when it is sure to reach its targets. */
  readonly publish: (event: PublishedEvent) => Promise<void>;
  /**
   * Sets or, by null, takes away a statement of a bus's own policy.
   * @throws AwsError ResourceNotFoundException
   */
  readonly putBusStatement: (
    bus: string,
    statementId: string,
    statement: PolicyStatement | null,
  ) => Promise<void>;
  /** Begins to deliver, what an earlier process left first. To be called when the targets are there. */
  readonly start: () => void;
  /** Once started, waits for the deliveries that are under way, their retries included. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What the twin can deliver to: functions, state machines and standard queues. */
const isEmulatedTarget = (targetArn: string): boolean =>
  /^arn:[\w-]+:(?:lambda:[\w-]+:\d{12}:function:|states:[\w-]+:\d{12}:stateMachine:|sqs:[\w-]+:\d{12}:[\w-]+$)/u.test(
    targetArn,
  );

const createMatchers = () => {
  const compiled = keptAnswers<EventPattern>(500);
  return (source: string): EventPattern =>
    compiled.get(source) ?? compiled.keep(source, compileEventPattern(source));
};

export const createEventsService = async (deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly deliver: Deliver;
  readonly deadLetter?: (letter: DeadLetter) => Promise<void> | void;
  readonly acceptsTarget?: (targetArn: string) => boolean;
  readonly timers?: Timers;
  readonly log: (line: string) => void;
}): Promise<EventsService> => {
  const { store, clock, log } = deps;
  const timers = deps.timers ?? processTimers(clock);
  const [buses, rules, pending] = await Promise.all([
    store.collection<StoredBus>('event-buses'),
    store.collection<StoredRule>('event-rules'),
    store.collection<Delivery>('event-deliveries'),
  ]);
  if (buses.get(defaultBus) === undefined)
    await buses.put(defaultBus, {
      name: defaultBus,
      description: null,
      createdAtEpochMillis: clock.nowEpochMillis(),
    });
  const deliveries = createDeliveries({
    pending,
    timers,
    log,
    deliver: deps.deliver,
    deadLetter: deps.deadLetter ?? (() => undefined),
  });
  const matcherOf = createMatchers();

  const deliveriesOf = (rule: StoredRule, event: Omit<AcceptedOnBus, 'bus'>): Delivery[] => {
    const arn = ruleArn(rule.bus, rule.name);
    const acceptedAtEpochMillis = clock.nowEpochMillis();
    return rule.targets.map((target) => ({
      eventId: event.id,
      ruleArn: arn,
      target,
      acceptedAtEpochMillis,
      payload: targetPayload(target, {
        node: event.node,
        ruleArn: arn,
        ruleName: rule.name,
        ingestedAtEpochMillis: acceptedAtEpochMillis,
      }),
    }));
  };
  const matchingRules = ({ bus, node }: AcceptedOnBus): readonly StoredRule[] => {
    const fields = eventFields(node);
    return [...rules.entries()]
      .map(([, rule]) => rule)
      .filter(
        (rule) =>
          rule.bus === bus &&
          rule.state !== 'DISABLED' &&
          rule.eventPattern !== null &&
          matcherOf(rule.eventPattern)(fields),
      );
  };
  const route = (events: readonly AcceptedOnBus[]): Promise<void> =>
    deliveries.add(
      events.flatMap((event) => matchingRules(event).flatMap((rule) => deliveriesOf(rule, event))),
    );
  const eventOf = (event: PublishedEvent, atEpochMillis: number) =>
    acceptedEvent(
      {
        Source: event.source,
        DetailType: event.detailType,
        Detail: JSON.stringify(event.detail),
        Resources: [...event.resources],
      },
      randomUUID(),
      atEpochMillis,
    );

  const scheduler = createScheduler(timers, ({ bus, name }, atEpochMillis) => {
    const rule = rules.get(`${bus}/${name}`);
    if (rule === undefined) return;
    const event = eventOf(
      {
        source: 'aws.events',
        detailType: 'Scheduled Event',
        detail: {},
        resources: [ruleArn(bus, name)],
      },
      atEpochMillis,
    );
    deliveries.add(deliveriesOf(rule, event)).catch((error: unknown) => {
      log(`schedule of ${name} was not kept: ${error instanceof Error ? error.name : 'Error'}`);
    });
  });
  for (const [key, rule] of rules.entries()) scheduler.set(key, rule);

  return {
    name: 'events',
    operations: {
      ...busOperations({ buses, rules, clock }),
      ...ruleOperations({ buses, rules, onChange: scheduler.set }),
      ...targetOperations({ rules, accepts: deps.acceptsTarget ?? isEmulatedTarget }),
      ...eventOperations({ clock, route, policyOf: (bus) => busPolicy(buses.get(bus)) }),
    },
    putBusStatement: async (name, statementId, statement) => {
      const bus = buses.get(name);
      if (bus === undefined) throw noSuchBus(name);
      const statements = new Map(Object.entries(bus.statements ?? {}));
      if (statement === null) statements.delete(statementId);
      else statements.set(statementId, statement);
      await buses.put(name, { ...bus, statements: Object.fromEntries(statements) });
    },
    publish: (event) => route([{ ...eventOf(event, clock.nowEpochMillis()), bus: defaultBus }]),
    start: deliveries.start,
    settled: deliveries.settled,
    close: async () => {
      scheduler.close();
      await deliveries.close();
    },
  };
};
