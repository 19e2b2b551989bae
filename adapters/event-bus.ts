import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';

import { eventSource } from '../core/contracts/events.ts';
import type { EventBus } from '../core/ports.ts';
import { awsFailure, incompleteAnswer } from './aws-failures.ts';

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export const eventBridgeBus = (options: {
  readonly client: EventBridgeClient;
  readonly busName: string;
}): EventBus => ({
  publish: async (events) => {
    if (events.length === 0) return [];
    const answer = await options.client
      .send(
        new PutEventsCommand({
          Entries: events.map(({ name, atEpochSeconds, detail }) => ({
            EventBusName: options.busName,
            Source: eventSource,
            DetailType: name,
            Time: new Date(atEpochSeconds * 1000),
            Detail: JSON.stringify(detail),
          })),
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    if (answer.Entries?.length !== events.length) throw incompleteAnswer('PutEvents');
    // 200 even where some were refused: each says for itself.
    return answer.Entries.map(({ EventId }) => EventId !== undefined);
  },
});
