import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';

import { createVerifiedTokens, type VerifiedTokens } from '../../../adapters/verified-tokens.ts';
import { fakeClock, type FakeClock } from '../../support/fakes/fixed-clock.ts';

let clock: FakeClock;
let tokens: VerifiedTokens;
let verifications: string[];

const claimsUntil = (epochMillis: number) => ({
  sub: 'alice',
  exp: epochMillis / 1000,
  'cognito:groups': ['readers'],
});

/** Presents a token that ends in an hour, unless its claims say otherwise. */
const present = (token: string, claims?: JwtPayload) =>
  tokens.claimsOf(token, () => {
    verifications.push(token);
    return Promise.resolve(claims ?? claimsUntil(clock.nowEpochMillis() + 3_600_000));
  });

beforeEach(() => {
  clock = fakeClock();
  tokens = createVerifiedTokens(clock, 3);
  verifications = [];
});

describe('[SEC-01] a token that was verified', () => {
  it('is not verified again, and says the same', async () => {
    const first = await present('a');
    expect(await present('a')).toBe(first);
    expect(verifications).toEqual(['a']);
  });

  it('stands for no other text', async () => {
    await present('a');
    await present('b');
    await present('a ');
    expect(verifications).toEqual(['a', 'b', 'a ']);
  });

  it('is verified again from its end on', async () => {
    await present('a', claimsUntil(clock.nowEpochMillis() + 1000));
    clock.advance(999);
    await present('a');
    expect(verifications).toHaveLength(1);
    clock.advance(1);
    await present('a');
    expect(verifications).toHaveLength(2);
  });

  it('is verified each time where it has no end, and takes the place of no other', async () => {
    for (const token of ['a', 'b', 'c']) await present(token);
    await present('d', { sub: 'alice' });
    await present('d', { sub: 'alice' });
    await present('a');
    expect(verifications).toEqual(['a', 'b', 'c', 'd', 'd']);
  });

  it('is verified again where the clock was set back before the time from which it is valid', async () => {
    const nbf = clock.nowEpochMillis() / 1000;
    const claims = { ...claimsUntil(clock.nowEpochMillis() + 3_600_000), nbf };
    await present('a', claims);
    await present('a', claims);
    expect(verifications).toHaveLength(1);
    clock.advance(-1);
    await present('a', claims);
    expect(verifications).toHaveLength(2);
  });

  it('is verified again when other keys hold', async () => {
    await present('a');
    tokens.forgetAll();
    await present('a');
    expect(verifications).toHaveLength(2);
  });

  it('is verified again when other keys came to hold while it was verified', async () => {
    await tokens.claimsOf('a', () => {
      tokens.forgetAll();
      return Promise.resolve(claimsUntil(clock.nowEpochMillis() + 3_600_000));
    });
    await present('a');
    expect(verifications).toEqual(['a']);
  });

  it('is not changed by whoever is told its claims', async () => {
    const claims = (await present('a')) as { sub: string; 'cognito:groups': string[] };
    expect(() => claims['cognito:groups'].push('admins')).toThrow(TypeError);
    expect(() => {
      claims.sub = 'bob';
    }).toThrow(TypeError);
    expect(await present('a')).toMatchObject({ sub: 'alice', 'cognito:groups': ['readers'] });
  });

  it('is the first to be forgotten where there are too many', async () => {
    for (const token of ['a', 'b', 'c', 'd', 'd', 'c', 'b']) await present(token);
    expect(verifications).toEqual(['a', 'b', 'c', 'd']);
    await present('a');
    expect(verifications).toHaveLength(5);
  });

  it('is the youngest again when it was verified again', async () => {
    await present('a', claimsUntil(clock.nowEpochMillis() + 1000));
    for (const token of ['b', 'c']) await present(token);
    clock.advance(1000);
    for (const token of ['a', 'd', 'a']) await present(token);
    expect(verifications).toEqual(['a', 'b', 'c', 'a', 'd']);
  });
});

describe('[SEC-01] a token that was refused', () => {
  it('is verified again, and never kept', async () => {
    const refuse = () => tokens.claimsOf('a', () => Promise.reject(new Error('no')));
    await expect(refuse()).rejects.toThrow('no');
    await expect(refuse()).rejects.toThrow('no');
    await present('a');
    expect(verifications).toEqual(['a']);
  });
});
