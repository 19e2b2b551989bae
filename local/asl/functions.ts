/** The functions that Step Functions adds to JSONata, and the two whose time must be the machine's. */
import { createHash, randomUUID } from 'node:crypto';
import type jsonata from 'jsonata';

/** Names under which one evaluation's surroundings are bound; no expression can spell them. */
export const evaluationTime = ' time';
export const randomness = ' random';

interface Focus {
  readonly environment: jsonata.Environment;
}

type FromMillis = (millis: number, picture?: string, timezone?: string) => string;

const refuse = (message: string): never => {
  throw Object.assign(new Error(message), { code: 'D3141' });
};

const hashNames: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** Mulberry32: a small generator, so that a seed gives the same number each time. */
const seeded = (seed: number): number => {
  let state = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296;
};

const partition = (items: unknown[], size: number): unknown[][] => {
  const width = Math.floor(size);
  if (width < 1) refuse('The size of a partition must be a positive number');
  const parts: unknown[][] = [];
  for (let start = 0; start < items.length; start += width) {
    parts.push(items.slice(start, start + width));
  }
  return parts;
};

const range = (first: number, last: number, step: number): number[] => {
  if (step === 0) refuse('The step of a range must not be zero');
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > 1_000) refuse('A range must not exceed 1,000 items');
  return Array.from({ length }, (_, index) => first + index * step);
};

const hash = (text: unknown, algorithm: string): string => {
  const name = hashNames[algorithm] ?? refuse(`Unknown hash algorithm: ${algorithm}`);
  const bytes = typeof text === 'string' ? text : JSON.stringify(text);
  return createHash(name).update(bytes).digest('hex');
};

/** Registers them on one compiled expression; none of them keeps anything of an evaluation. */
export const registerFunctions = (expression: jsonata.Expression): void => {
  expression.registerFunction('partition', partition, '<an:a<a>>');
  expression.registerFunction('range', range, '<nnn:a<n>>');
  expression.registerFunction('hash', hash, '<xs:s>');
  expression.registerFunction('uuid', () => randomUUID(), '<:s>');
  expression.registerFunction('parse', (text: string): unknown => JSON.parse(text), '<s-:x>');
  expression.registerFunction(
    'random',
    function (this: Focus, seed?: number) {
      if (seed !== undefined) return seeded(seed);
      return (this.environment.lookup(randomness) as () => number)();
    },
    '<n?:n>',
  );
  expression.registerFunction(
    'millis',
    function (this: Focus) {
      return this.environment.lookup(evaluationTime) as number;
    },
    '<:n>',
  );
  expression.registerFunction(
    'now',
    function (this: Focus, picture?: string, timezone?: string) {
      const format = this.environment.lookup('fromMillis') as { implementation: FromMillis };
      const time = this.environment.lookup(evaluationTime) as number;
      return format.implementation(time, picture, timezone);
    },
    '<s?s?:s>',
  );
  // Step Functions has no `$eval`: it then is an attempt to call what is no function.
  expression.assign('eval', undefined);
};
