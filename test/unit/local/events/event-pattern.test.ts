import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AwsError } from '../../../../local/aws.ts';
import { eventFields } from '../../../../local/services/events/pattern/event-fields.ts';
import { compileEventPattern } from '../../../../local/services/events/pattern/event-pattern.ts';
import {
  jsonNodesOf,
  parseJsonNodes,
} from '../../../../local/services/events/pattern/json-nodes.ts';

/** A text stands for itself, so that numbers are as written; anything else is JSON. */
interface Case {
  readonly pattern: unknown;
  readonly event?: unknown;
  readonly matches?: boolean;
  readonly refused?: string;
}

const cases = JSON.parse(
  readFileSync(new URL('event-patterns.json', import.meta.url), 'utf8'),
) as readonly Case[];

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const matches = (pattern: unknown, event: unknown): boolean =>
  compileEventPattern(textOf(pattern))(eventFields(parseJsonNodes(textOf(event))));

const refusalOf = (pattern: string): AwsError => {
  try {
    compileEventPattern(pattern);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error(`${pattern} was not refused`);
};

describe('an event pattern', () => {
  it.each(cases.filter(({ refused }) => refused === undefined))(
    '$pattern of $event: $matches',
    ({ pattern, event, matches: expected }) => {
      expect(matches(pattern, event)).toBe(expected);
    },
  );

  it.each(cases.filter(({ refused }) => refused !== undefined))(
    '$pattern is refused: $refused',
    ({ pattern, refused = '' }) => {
      const error = refusalOf(textOf(pattern));
      expect(error).toMatchObject({ code: 'InvalidEventPatternException', statusCode: 400 });
      expect(error.message.split('\n')[0]).toBe(`Event pattern is not valid. Reason: ${refused}`);
    },
  );

  // What AWS answered, from public records of real calls.
  it.each<[pattern: string, reason: string, column: number]>([
    ['{"source": ["aws.health"], "detail": {}}', 'Empty objects are not allowed', 40],
    ['{"int": 42}', '"int" must be an object or an array', 11],
    ['{"string": "my-value"}', '"string" must be an object or an array', 13],
    ['{"resources": []}', 'Empty arrays are not allowed', 17],
    ['{"my_key": [{"EXISTS": true}]}', 'Unrecognized match type EXISTS', 28],
    ['{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}', 'Unrecognized match type NUMERIC', 36],
    [
      '{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}',
      'Bad numeric range operator: >',
      49,
    ],
    ['{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}', 'Value of < must be numeric', 50],
    ['{"time": [{"prefix": 123}]}', 'prefix match pattern must be a string', 25],
    ['{"time": [{"prefix": ["2022-07-13"]}]}', 'prefix match pattern must be a string', 23],
    ['{"EventBusArn": [{"wildcard": 123}]}', 'wildcard match pattern must be a string', 34],
    [
      '{"detail": {"state": [{"anything-but": {"prefix": 123}}]}}',
      'prefix/suffix match pattern must be a string',
      54,
    ],
    [
      '{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}',
      'Value of anything-but must be an array or single string/number value.',
      55,
    ],
    ['["not", "a", "dict", "but valid json"]', 'Filter is not an object', 2],
    [
      "{'bad': 'quotation'}",
      "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
      2,
    ],
    [
      '{"not": closed mark"',
      "Unrecognized token 'closed': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
      15,
    ],
  ])('%s is refused in AWS’s words and at its place', (pattern, reason, column) => {
    expect(refusalOf(pattern).message).toBe(
      `Event pattern is not valid. Reason: ${reason}\n at [Source: (String)"${pattern}"; line: 1, column: ${String(column)}]`,
    );
  });

  it('is refused with the place told twice inside anything-but, and not at all for a block', () => {
    const pattern = '{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}';
    const place = `\n at [Source: (String)"${pattern}"; line: 1, column: 57]`;
    expect(refusalOf(pattern).message).toBe(
      `Event pattern is not valid. Reason: wildcard match pattern must be a string${place}${place}`,
    );
    expect(refusalOf('{"ip": [{"cidr": "bad"}]}').message).toBe(
      "Event pattern is not valid. Reason: Malformed CIDR, one '/' required",
    );
  });

  it.each(['', '{', '{"a":[1]', '{"a":[1]} x', "{'a':[1]}", '{"a":[01]}', '{"a":["\\x"]}', 'nul'])(
    '%j is no JSON and is refused',
    (pattern) => {
      expect(refusalOf(pattern)).toMatchObject({ code: 'InvalidEventPatternException' });
    },
  );

  it('has at most 1,000 combinations of $or', () => {
    const or = (name: string, count: number) => ({
      $or: Array.from({ length: count }, (_, index) => ({ [name]: [index] })),
    });
    const nested = (count: number) =>
      JSON.stringify({ a: or('x', 10), b: or('x', 10), c: or('x', count) });
    expect(compileEventPattern(nested(10))).toBeInstanceOf(Function);
    expect(refusalOf(nested(11))).toMatchObject({ code: 'InvalidEventPatternException' });
  });
});

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
// Without dots: `a.b` and `a` holding `b` are one path.
const name = fc.stringMatching(/^[a-z]{1,4}$/u);
const { event: anyEvent } = fc.letrec<{ event: Record<string, unknown> }>((tie) => ({
  event: fc.dictionary(name, fc.oneof({ maxDepth: 3 }, leaf, tie('event')), {
    minKeys: 1,
    maxKeys: 4,
    noNullPrototype: true,
  }),
}));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const patternOf = (event: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(event).map(([field, value]) => [
      field,
      isObject(value) ? patternOf(value) : [value],
    ]),
  );

const leavesOf = (event: Record<string, unknown>, path: readonly string[] = []): string[][] =>
  Object.entries(event).flatMap(([field, value]) =>
    isObject(value) ? leavesOf(value, [...path, field]) : [[...path, field]],
  );

const changedAt = (
  event: Record<string, unknown>,
  [field = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> => {
  const held = event[field];
  return { ...event, [field]: isObject(held) ? changedAt(held, rest, value) : value };
};

describe('a pattern made of an event', () => {
  it('matches the event, also with more fields', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(matches(patternOf(event), { ...event, more: 'field' })).toBe(true);
      }),
    );
  });

  it('no longer matches when one of the fields has another value', () => {
    fc.assert(
      fc.property(anyEvent, fc.nat(), leaf, (event, pick, value) => {
        const leaves = leavesOf(event);
        const path = leaves[pick % leaves.length] ?? [];
        const held = path.reduce<unknown>(
          (node, field) => (isObject(node) ? node[field] : undefined),
          event,
        );
        // JSON has one zero.
        fc.pre(JSON.stringify(held) !== JSON.stringify(value));
        expect(matches(patternOf(event), changedAt(event, path, value))).toBe(false);
      }),
    );
  });

  it('matches with any of its values given in another case, where case is ignored', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,20}$/u), (text) => {
        const pattern = { x: [{ 'equals-ignore-case': text }] };
        expect(matches(pattern, { x: text.toUpperCase() })).toBe(true);
        expect(matches(pattern, { x: `${text}!` })).toBe(false);
      }),
    );
  });

  it('and anything-but are each other’s opposite for one value', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (wanted, given) => {
        expect(matches({ x: [{ 'anything-but': wanted }] }, { x: given })).toBe(given !== wanted);
      }),
    );
  });
});

it('a value has the fields of its text', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const leavesOf = (fields: ReturnType<typeof eventFields>) =>
        [...fields].map(([path, leaves]) => [
          path,
          leaves.map(({ value: { kind, text }, membership }) => ({ kind, text, membership })),
        ]);
      const ofText = eventFields(parseJsonNodes(JSON.stringify(value)));
      expect(leavesOf(eventFields(jsonNodesOf(value)))).toEqual(leavesOf(ofText));
    }),
  );
});
