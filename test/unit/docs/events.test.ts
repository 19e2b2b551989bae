import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { eventNames, eventSchemas, type EventName } from '../../../core/contracts/events.ts';
import { eventFields } from '../../../local/services/events/pattern/event-fields.ts';
import { compileEventPattern } from '../../../local/services/events/pattern/event-pattern.ts';
import { parseJsonNodes } from '../../../local/services/events/pattern/json-nodes.ts';

interface Told {
  readonly source: string;
  readonly 'detail-type': EventName;
  readonly detail: Readonly<Record<string, unknown>>;
}

const root = join(import.meta.dirname, '../../..');
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
/** Told once in format 1. Never changed: another format gets a file of its own. */
const told = JSON.parse(textOf('test/fixtures/events/format-1.json')) as readonly Told[];
const schemaOf = (name: EventName) =>
  z.fromJSONSchema(
    JSON.parse(
      textOf(`docs/events/${name.toLowerCase().replaceAll(' ', '-')}.1.schema.json`),
    ) as Parameters<typeof z.fromJSONSchema>[0],
  );

describe('the contract of events, format 1', () => {
  it('has an example of each event', () => {
    expect([...new Set(told.map((event) => event['detail-type']))].sort()).toEqual(
      [...eventNames].sort(),
    );
  });

  it.each(told.map((event) => [String(event.detail['record']), event] as const))(
    '%s is still an event, with nothing missing and nothing taken away',
    (_, { 'detail-type': name, detail }) => {
      expect(eventSchemas[name].parse(detail)).toEqual(detail);
      expect(schemaOf(name).safeParse(detail).error).toBeUndefined();
    },
  );

  it('its schemas take a property that a later version adds, and miss one that was taken away', () => {
    for (const { 'detail-type': name, detail } of told) {
      const schema = schemaOf(name);
      expect(schema.safeParse({ ...detail, addedLater: 'x' }).success).toBe(true);
      const optional = ['replayed'];
      for (const key of Object.keys(detail).filter((one) => !optional.includes(one))) {
        const rest = Object.fromEntries(Object.entries(detail).filter(([one]) => one !== key));
        expect([name, key, schema.safeParse(rest).success]).toEqual([name, key, false]);
      }
    }
  });
});

describe('the rules of docs/events.md', () => {
  const [chat, siem] = [...textOf('docs/events.md').matchAll(/```json\n([\s\S]+?)```/gu)].map(
    (block) => block[1] ?? '',
  );
  const matched = (pattern: string | undefined) => {
    const matches = compileEventPattern(pattern ?? '');
    return told
      .filter((event) => matches(eventFields(parseJsonNodes(JSON.stringify(event)))))
      .map(({ detail }) => detail['record']);
  };

  it('tell a chat of refusals and revocations, but not that a token has expired', () => {
    expect(matched(chat)).toEqual(['denial/d-1', 'revocation/r-1']);
  });

  it('tell a SIEM of everything but hand-outs from the cache', () => {
    const cached = told.find(({ detail }) => detail['source'] === 'cache');
    const all = told.map(({ detail }) => detail['record']);
    expect(matched(siem)).toEqual(all.filter((record) => record !== cached?.detail['record']));
  });
});
