import * as z from 'zod';
import { eventNames, eventSchemas, type EventName } from '../core/contracts/events.ts';

/** `Session Minted` → `docs/events/session-minted.schema.json` */
const fileOf = (name: EventName): string =>
  `docs/events/${name.toLowerCase().replaceAll(' ', '-')}.schema.json`;

/** The schema of each event's detail, by its file. */
export const eventSchemaFiles = (): ReadonlyMap<string, object> =>
  new Map(
    eventNames.map((name) => [
      fileOf(name),
      {
        title: name,
        description: `Detail of the event "${name}" from source "stepkey", format 1.`,
        ...z.toJSONSchema(eventSchemas[name], { target: 'draft-2020-12' }),
      },
    ]),
  );
