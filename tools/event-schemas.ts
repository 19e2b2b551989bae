import * as z from 'zod';
import { eventFormat, eventNames, eventSchemas, type EventName } from '../core/contracts/events.ts';

const slugOf = (name: EventName): string => name.toLowerCase().replaceAll(' ', '-');

/** `Session Minted` → `docs/events/session-minted.1.schema.json`: the file of an earlier format stays beside it. */
const fileOf = (name: EventName): string =>
  `docs/events/${slugOf(name)}.${String(eventFormat)}.schema.json`;

/** We tell nothing that is not listed; who reads must take what a later version adds. */
const open = ({
  jsonSchema,
}: {
  readonly jsonSchema: { additionalProperties?: unknown };
}): void => {
  delete jsonSchema.additionalProperties;
};

/** The schema of each event's detail, by its file. */
export const eventSchemaFiles = (): ReadonlyMap<string, object> =>
  new Map(
    eventNames.map((name) => [
      fileOf(name),
      {
        $id: `urn:stepkey:event:${slugOf(name)}:${String(eventFormat)}`,
        title: name,
        description: `Detail of the event "${name}" from source "stepkey", format ${String(eventFormat)}. The same format may come to have more properties.`,
        ...z.toJSONSchema(eventSchemas[name], { target: 'draft-2020-12', override: open }),
      },
    ]),
  );
