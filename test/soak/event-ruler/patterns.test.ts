/** Event patterns, by the engine that EventBridge itself runs. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AwsError } from '../../../local/aws.ts';
import { eventFields } from '../../../local/services/events/pattern/event-fields.ts';
import { compileEventPattern } from '../../../local/services/events/pattern/event-pattern.ts';
import { parseJsonNodes } from '../../../local/services/events/pattern/json-nodes.ts';
import { run } from '../../long/clients/python.ts';
import { prepareLibraries } from '../maven.ts';

/** Texts of JSON. */
interface Question {
  readonly pattern: string;
  readonly event: string;
}

interface Case {
  readonly pattern: unknown;
  readonly event?: unknown;
  readonly matches?: boolean;
  readonly refused?: string;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const cases = (
  JSON.parse(
    readFileSync(new URL('../../unit/local/events/event-patterns.json', import.meta.url), 'utf8'),
  ) as readonly Case[]
).map(({ pattern, event = {}, matches, refused }) => ({
  pattern: textOf(pattern),
  event: textOf(event),
  answer: refused ?? matches,
}));

const prepared = await prepareLibraries(join(import.meta.dirname, 'pom.xml'));
if (prepared.reason !== null) process.stderr.write(`event-ruler: ${prepared.reason}\n`);

/** True, false, or the reason of a refusal without its place. */
type Answer = boolean | string;

/** All at once: starting Java takes longer than the answers. */
const askRuler = async (questions: readonly Question[]): Promise<readonly Answer[]> => {
  const file = join(mkdtempSync(join(tmpdir(), 'stepkey-ruler-')), 'questions.json');
  writeFileSync(file, JSON.stringify(questions.map(({ pattern, event }) => [pattern, event])));
  const { stdout, stderr } = await run(
    'java',
    ['-cp', join(prepared.libraries ?? '', '*'), join(import.meta.dirname, 'Ask.java'), file],
    { env: process.env, timeoutMillis: 120_000 },
  );
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as readonly Answer[]).map((answer) =>
    typeof answer === 'string' ? (answer.split('\n')[0] ?? '') : answer,
  );
};

const askTwin = ({ pattern, event }: Question): Answer => {
  try {
    return compileEventPattern(pattern)(eventFields(parseJsonNodes(event)));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return (error.message.split('\n')[0] ?? '').replace('Event pattern is not valid. Reason: ', '');
  }
};

const words = fc.constantFrom('a', 'ab', 'b', 'A', '', 'a.b', '10.0.0.7', '2001:db8::7', 'a*b');
const numbers = fc.constantFrom(0, 1, -1, 1.5, 300, 1e3);
const leaf = fc.oneof(words, numbers, fc.boolean(), fc.constant(null));
const bounds = fc
  .tuple(fc.constantFrom('>', '>='), numbers, fc.constantFrom('<', '<='), numbers)
  .map(([lower, least, upper, most]) => [lower, least, upper, most]);
const test = fc.oneof(
  { weight: 3, arbitrary: leaf },
  fc.record({ prefix: words }),
  fc.record({ suffix: words }),
  fc.record({ prefix: fc.record({ 'equals-ignore-case': words }) }),
  fc.record({ 'equals-ignore-case': words }),
  fc.record({ wildcard: fc.constantFrom('*', 'a*', '*b', 'a*b', 'a\\*b', '**') }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ cidr: fc.constantFrom('10.0.0.0/8', '10.0.0.7/32', '2001:db8::/32', '10.0.0.0/40') }),
  fc.record({
    numeric: fc.oneof(fc.tuple(fc.constantFrom('=', '>', '<', '>='), numbers), bounds),
  }),
  fc.record({
    'anything-but': fc.oneof(
      words,
      numbers,
      fc.array(words, { minLength: 1, maxLength: 2 }),
      fc.array(numbers, { minLength: 1, maxLength: 2 }),
      fc.record({ prefix: words }),
      fc.record({ suffix: fc.array(words, { minLength: 1, maxLength: 2 }) }),
      fc.record({ 'equals-ignore-case': words }),
      fc.record({ wildcard: fc.constantFrom('a*', '*b') }),
    ),
  }),
);
// Few names, seldom nothing: else hardly a pattern would be valid and match.
const names = fc.constantFrom('x', 'y');
const tests = fc.oneof(
  { weight: 19, arbitrary: fc.array(test, { minLength: 1, maxLength: 3 }) },
  fc.constant([]),
);
const level = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: 19, arbitrary: fc.dictionary(names, value, { minKeys: 1, maxKeys: 2 }) },
    fc.constant({}),
  );
const inner = level(fc.oneof({ weight: 3, arbitrary: tests }, level(tests)));
const pattern = fc.oneof(
  { weight: 3, arbitrary: inner },
  fc
    .tuple(inner, fc.array(inner, { minLength: 1, maxLength: 3 }))
    .map(([rest, $or]) => ({ ...rest, $or })),
);
const event = level(
  fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    level(leaf),
    fc.array(level(leaf), { maxLength: 2 }),
  ),
);
const question = fc.tuple(pattern, event).map(([one, other]): Question => ({
  pattern: JSON.stringify(one),
  event: JSON.stringify(other),
}));

(prepared.libraries === null ? describe.skip : describe)('event-ruler', () => {
  it('answers and refuses our cases as they say', async () => {
    const answers = await askRuler(cases);
    expect(cases.map((each, index) => ({ ...each, answer: answers[index] }))).toEqual(cases);
  });

  const seed = Number(process.env['STEPKEY_SEED'] ?? Date.now() % 1_000_000);
  it(`answers 5,000 patterns and events made by chance as the twin does, seed ${String(seed)}`, async () => {
    const questions = fc.sample(question, { numRuns: 5_000, seed });
    const answers = await askRuler(questions);
    const others = questions.flatMap((each, index) => {
      const [ruler, twin] = [answers[index], askTwin(each)];
      return ruler === twin ? [] : [{ ...each, ruler, twin }];
    });
    expect(others.slice(0, 10)).toEqual([]);
    // Not everything is refused, nor does nothing match.
    for (const wanted of [true, false])
      expect(answers.filter((answer) => answer === wanted).length).toBeGreaterThan(100);
  });
});
