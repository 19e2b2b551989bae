import { describe, expect, it } from '@jest/globals';

import { nodeDigest } from '../../../adapters/digest.ts';
import { uuidV7Source } from '../../../adapters/ids.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';
import { sequentialIds } from '../../support/fakes/sequential-ids.ts';

describe.each([
  ['the fake', () => sequentialIds()],
  ['uuidV7Source', () => uuidV7Source(fakeClock())],
] as const)('%s, as an id source', (_name, newSource) => {
  it('gives 36 characters of hex and dashes, marked as version 7', () => {
    expect(newSource().next()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('gives no id twice', () => {
    const source = newSource();
    expect(new Set(Array.from({ length: 1000 }, () => source.next())).size).toBe(1000);
  });
});

describe('uuidV7Source', () => {
  it('begins with the time, so that ids sort by it', () => {
    const clock = fakeClock(0x0123456789ab);
    const source = uuidV7Source(clock);
    const first = source.next();
    clock.advance(1);
    expect(first.slice(0, 13)).toBe('01234567-89ab');
    expect(source.next() > first).toBe(true);
  });
});

describe('nodeDigest', () => {
  it('is SHA-256 over UTF-8, in lower-case hex', () => {
    // FIPS 180-2 appendix B.1, and a text whose UTF-8 differs from its UTF-16.
    expect(nodeDigest.sha256Hex('abc')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
    expect(nodeDigest.sha256Hex('é')).toBe(
      '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
    );
  });
});
