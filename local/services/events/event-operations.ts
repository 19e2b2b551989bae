/** PutEvents and TestEventPattern. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import type { AccessRequest, PolicyDocument } from '../../iam/policy.ts';
import { acceptedEvent, entryFault, entrySize } from './accepted-event.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import { inputs, read } from './inputs.ts';
import { busArn, busNameOf } from './names.ts';
import { eventFields } from './pattern/event-fields.ts';
import { compileEventPattern } from './pattern/event-pattern.ts';
import { parseJsonNodes } from './pattern/json-nodes.ts';
import type { JsonNode } from './pattern/json-nodes.ts';

/** Over all entries of a call. */
const mostBytes = 256 * 1024;

export interface AcceptedOnBus extends AcceptedEvent {
  readonly bus: string;
}

/** Each entry is a request of its own: its source and detail type may be conditions. */
const putEventsRequests = (
  { Entries }: Record<string, unknown>,
  policyOf: (bus: string) => PolicyDocument | undefined,
): readonly AccessRequest[] => {
  const entries = Array.isArray(Entries) && Entries.length > 0 ? (Entries as unknown[]) : [{}];
  return entries.map((entry) => {
    const { EventBusName, Source, DetailType } = (entry ?? {}) as Record<string, unknown>;
    const bus = busNameOf(EventBusName);
    const policy = policyOf(bus);
    return {
      action: 'events:PutEvents',
      resource: busArn(bus),
      ...(policy === undefined ? {} : { resourcePolicy: policy }),
      conditionKeys: {
        ...(typeof Source === 'string' ? { 'events:source': Source } : {}),
        ...(typeof DetailType === 'string' ? { 'events:detail-type': DetailType } : {}),
        'events:eventBusInvocation': 'false',
      },
    };
  });
};

/** The documentation asks for `resources` too; AWS does not. */
const mandatory = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

const testedEvent = (text: string): JsonNode => {
  let event: JsonNode | null;
  try {
    event = parseJsonNodes(text);
  } catch {
    event = null;
  }
  const names = event?.kind === 'object' ? event.members.map(({ name }) => name) : [];
  if (event === null || !mandatory.every((name) => names.includes(name)))
    throw new AwsError('ValidationException', 'Parameter Event is not valid.');
  return event;
};

export const eventOperations = ({
  clock,
  route,
  policyOf,
}: {
  readonly clock: Clock;
  /** Resolves when the events are sure to reach their targets. */
  readonly route: (events: readonly AcceptedOnBus[]) => Promise<void>;
  /** The bus's own policy; undefined where it has none. */
  readonly policyOf: (bus: string) => PolicyDocument | undefined;
}): Readonly<Record<string, Operation>> => ({
  PutEvents: {
    authorize: (input) => putEventsRequests(input, policyOf),
    run: async (input) => {
      if (input['EndpointId'] !== undefined)
        throw new AwsError('NotImplemented', 'events:PutEvents with EndpointId is not emulated.', {
          statusCode: 501,
        });
      const { Entries } = read(inputs.putEvents, input);
      if (Entries.reduce((size, entry) => size + entrySize(entry), 0) > mostBytes)
        throw new AwsError(
          'ValidationException',
          'Total size of the entries in the request is over the limit.',
        );
      const accepted: AcceptedOnBus[] = [];
      const answers = Entries.map((entry) => {
        const fault = entryFault(entry);
        if (fault !== null) return fault;
        const event = acceptedEvent(entry, randomUUID(), clock.nowEpochMillis());
        accepted.push({ ...event, bus: busNameOf(entry.EventBusName) });
        return { EventId: event.id };
      });
      await route(accepted);
      return { FailedEntryCount: answers.length - accepted.length, Entries: answers };
    },
  },
  TestEventPattern: {
    authorize: () => [{ action: 'events:TestEventPattern', resource: '*' }],
    run: (input) =>
      Promise.resolve().then(() => {
        const { EventPattern, Event } = read(inputs.testPattern, input);
        const matches = compileEventPattern(EventPattern);
        return { Result: matches(eventFields(testedEvent(Event))) };
      }),
  },
});
