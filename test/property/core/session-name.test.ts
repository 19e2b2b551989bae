import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { nodeDigest } from '../../../adapters/digest.ts';
import { sessionNameOf } from '../../../core/session/session-name.ts';

const nameOf = (sub: string, actor: string | null = null) =>
  sessionNameOf({ sub, actor }, nodeDigest);
/** What `readCaller` lets through, and what it does not. */
const sub = fc.oneof(
  fc.uuid(),
  fc.stringMatching(/^[\x21-\x7e]{1,128}$/),
  fc.stringMatching(/^sub,[0-9a-f]{40}$/),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
);

describe('a session name', () => {
  it('is always one that STS takes', () => {
    fc.assert(
      fc.property(sub, (value) => {
        expect(nameOf(value)).toMatch(/^[\w+=,.@-]{2,64}$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('is always one that STS takes, with an actor too', () => {
    fc.assert(
      fc.property(sub, fc.string({ maxLength: 64 }), (value, actor) => {
        expect(nameOf(value, actor)).toMatch(/^[\w+=,.@-]{2,64}$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never shared by a subject that asks for itself and one that an actor asks for', () => {
    fc.assert(
      fc.property(sub, sub, fc.constantFrom('batch', 'mailer'), (one, other, actor) => {
        expect(nameOf(one, actor)).not.toBe(nameOf(other));
      }),
      { numRuns: 1000 },
    );
  });

  it('is never shared by two actors for one subject', () => {
    fc.assert(
      fc.property(sub, (value) => {
        expect(nameOf(value, 'batch')).not.toBe(nameOf(value, 'mailer'));
      }),
    );
  });

  it('is never shared by two subjects', () => {
    fc.assert(
      fc.property(sub, sub, (one, other) => {
        fc.pre(one !== other);
        expect(nameOf(one)).not.toBe(nameOf(other));
      }),
      { numRuns: 1000 },
    );
  });

  it('is never one that another subject’s hash gives', () => {
    fc.assert(
      fc.property(sub, (value) => {
        const name = nameOf(value);
        fc.pre(name !== value);
        expect(nameOf(name)).not.toBe(name);
      }),
    );
  });
});
