import { beforeEach, describe, expect, it } from '@jest/globals';

import { StepkeyError } from '../../../../core/errors.ts';
import {
  adopt,
  findings,
  link,
  merge,
  planAdoption,
  planLink,
  planMerge,
  type MendingPorts,
  type MendingRecord,
} from '../../../../core/identity/mending.ts';
import {
  standingOf,
  type PoolView,
  type RegistryView,
} from '../../../../core/identity/standing.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';

const ofJob = 'us-east-1:00000000-0000-4000-8000-000000000001';
const ofOther = 'us-east-1:00000000-0000-4000-8000-000000000002';
const userPool = 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Example01';
const alice = 'users:alice';
const bob = 'users:bob';
const record: MendingRecord = {
  operation: 'adopt',
  reason: 'case 4711',
  by: 'arn:aws:iam::123456789012:user/oscar',
  atEpochSeconds: 1_800_000_000,
};

const blank: RegistryView = {
  identityId: null,
  linked: false,
  username: null,
  registrationBegun: false,
  awaitsLogin: false,
};

let rows: Map<string, RegistryView>;
let identities: Map<string, { developerLogins: string[]; ownProviders: string[] }>;
let calls: string[];

const poolViewOf = (subject: string): PoolView | null => {
  for (const [identityId, logins] of identities) {
    if (logins.developerLogins.includes(subject)) return { identityId, ...logins };
  }
  return null;
};

const ports: MendingPorts = {
  pool: {
    find: (subject) => Promise.resolve(poolViewOf(subject)),
    unlink: (identityId, subject) => {
      calls.push('unlink');
      const logins = identities.get(identityId);
      if (logins) {
        logins.developerLogins = logins.developerLogins.filter((login) => login !== subject);
      }
      return Promise.resolve();
    },
    merge: (source, destination) => {
      calls.push('merge');
      const [from, to] = [poolViewOf(source), poolViewOf(destination)];
      if (from === null || to === null) return Promise.reject(new TypeError('not there'));
      identities.delete(from.identityId);
      identities.set(to.identityId, {
        developerLogins: [...to.developerLogins, ...from.developerLogins],
        ownProviders: [...to.ownProviders, ...from.ownProviders],
      });
      return Promise.resolve(to.identityId);
    },
  },
  registry: {
    find: (subject) => Promise.resolve(rows.get(subject) ?? blank),
    correct: (subject, before, identity) => {
      calls.push('correct');
      const row = rows.get(subject) ?? blank;
      if (row.identityId !== before.identityId || row.linked !== before.linked) {
        return Promise.reject(new StepkeyError('Identity.Conflict'));
      }
      rows.set(
        subject,
        identity === null
          ? { ...blank, username: row.username, awaitsLogin: true }
          : { ...blank, username: row.username, ...identity },
      );
      return Promise.resolve();
    },
  },
};

const found = (subject = alice) => findings(ports, subject);
const inPool = (identityId: string, developerLogins: string[], ownProviders: string[] = []) =>
  identities.set(identityId, { developerLogins, ownProviders });
const onRecord = (subject: string, view: Partial<RegistryView>) =>
  rows.set(subject, { ...blank, ...view });

beforeEach(() => {
  rows = new Map();
  identities = new Map();
  calls = [];
});

describe('[SEC-05] how registry and identity pool stand', () => {
  const pool: PoolView = { identityId: ofJob, developerLogins: [alice], ownProviders: [] };
  const own: PoolView = { ...pool, ownProviders: [userPool] };
  it.each([
    ['unknown', {}, null],
    ['developer-only', { identityId: ofJob }, pool],
    ['linked', { identityId: ofJob, linked: true }, own],
    ['registry-differs', { identityId: ofJob }, own],
    ['registry-differs', { identityId: ofJob, linked: true }, pool],
    ['registry-differs', { identityId: ofOther }, pool],
    ['registry-differs', { registrationBegun: true }, pool],
    ['pool-differs', { identityId: ofJob }, null],
    ['awaits-login', { awaitsLogin: true }, null],
    ['half-adopted', { awaitsLogin: true }, pool],
  ] as const)('is %s', (standing, registry, inThePool) => {
    expect(standingOf({ registry: { ...blank, ...registry }, pool: inThePool })).toBe(standing);
  });
});

describe('[SEC-05] adopting', () => {
  it('takes the row first, then the login, and says what is left behind', async () => {
    inPool(ofJob, [alice, bob]);
    onRecord(alice, { identityId: ofJob, username: 'alice' });
    const before = await found();
    expect(planAdoption(before)).toEqual({
      kind: 'change',
      stays: null,
      leftBehind: ofJob,
      others: [bob],
    });
    await adopt(ports, before, record);
    expect(calls).toEqual(['correct', 'unlink']);
    const after = await found();
    expect(after.registry).toMatchObject({ awaitsLogin: true, username: 'alice' });
    expect(standingOf(after)).toBe('awaits-login');
    expect(planAdoption(after)).toEqual({ kind: 'nothing', why: 'awaits-login' });
  });

  it('goes on where an attempt that died had ended', async () => {
    inPool(ofJob, [alice]);
    onRecord(alice, { awaitsLogin: true });
    await adopt(ports, await found(), record);
    expect(calls).toEqual(['unlink']);
    expect(standingOf(await found())).toBe('awaits-login');
  });

  it('never unlinks an identity that has the person’s own login', async () => {
    inPool(ofJob, [alice], [userPool]);
    onRecord(alice, { identityId: ofJob, linked: true });
    expect(planAdoption(await found())).toEqual({ kind: 'nothing', why: 'one-identity' });
    onRecord(alice, { identityId: ofOther });
    expect(planAdoption(await found())).toMatchObject({ stays: ofJob, leftBehind: ofOther });
    await adopt(ports, await found(), record);
    expect(calls).toEqual(['correct']);
    expect(rows.get(alice)).toMatchObject({ identityId: ofJob, linked: true });
  });

  it('changes nothing where the person linked meanwhile', async () => {
    inPool(ofJob, [alice]);
    onRecord(alice, { identityId: ofJob });
    const before = await found();
    onRecord(alice, { identityId: ofJob, linked: true });
    expect(await nameOfFailure(adopt(ports, before, record))).toBe('Identity.Conflict');
    expect(calls).toEqual(['correct']);
  });

  it('has only the row to change where the pool does not know the subject', async () => {
    onRecord(alice, { identityId: ofJob });
    const before = await found();
    expect(planAdoption(before)).toEqual({
      kind: 'change',
      stays: null,
      leftBehind: ofJob,
      others: [],
    });
    await adopt(ports, before, record);
    expect(calls).toEqual(['correct']);
    expect(rows.get(alice)).toMatchObject({ identityId: null, awaitsLogin: true });
  });

  it('leaves a stranger alone', async () => {
    expect(planAdoption(await found())).toEqual({ kind: 'nothing', why: 'unknown' });
  });
});

describe('[SEC-05] linking', () => {
  it('makes the registry say what the pool says', async () => {
    inPool(ofJob, [alice], [userPool]);
    onRecord(alice, { identityId: ofOther });
    expect(planLink(await found())).toMatchObject({ stays: ofJob, leftBehind: ofOther });
    await link(ports, await found(), record);
    expect(rows.get(alice)).toMatchObject({ identityId: ofJob, linked: true });
    expect(planLink(await found())).toEqual({ kind: 'nothing', why: 'in-order' });
  });

  it('leaves nothing behind where only the word about the link is wrong', async () => {
    inPool(ofJob, [alice], [userPool]);
    onRecord(alice, { identityId: ofJob });
    expect(planLink(await found())).toMatchObject({ stays: ofJob, leftBehind: null });
  });

  it('does not say of a job’s identity that the person’s own login is on it', async () => {
    inPool(ofJob, [alice, bob]);
    onRecord(alice, { identityId: ofOther, linked: true });
    expect(planLink(await found())).toEqual({
      kind: 'change',
      stays: ofJob,
      leftBehind: ofOther,
      others: [bob],
    });
    await link(ports, await found(), record);
    expect(rows.get(alice)).toMatchObject({ identityId: ofJob, linked: false });
  });

  it('leaves strangers alone, and whoever is to come', async () => {
    expect(planLink(await found())).toEqual({ kind: 'nothing', why: 'unknown' });
    onRecord(alice, { awaitsLogin: true });
    expect(planLink(await found())).toEqual({ kind: 'nothing', why: 'awaits-login' });
    await link(ports, await found(), record);
    expect(calls).toEqual([]);
  });

  it('has nothing to go by where the pool does not know the subject', async () => {
    onRecord(alice, { identityId: ofJob });
    expect(planLink(await found())).toEqual({ kind: 'refused', why: 'pool-differs' });
  });
});

describe('[SEC-05] merging', () => {
  it('gives both subjects the destination’s identity, and nothing when repeated', async () => {
    inPool(ofJob, [bob]);
    inPool(ofOther, [alice], [userPool]);
    onRecord(bob, { identityId: ofJob });
    onRecord(alice, { identityId: ofOther, linked: true });
    const [source, destination] = [await found(bob), await found(alice)];
    expect(planMerge(source, destination)).toMatchObject({ stays: ofOther, leftBehind: ofJob });
    await merge(ports, source, destination, record);
    expect(rows.get(bob)).toMatchObject({ identityId: ofOther, linked: true });
    expect(planMerge(await found(bob), await found(alice))).toEqual({
      kind: 'nothing',
      why: 'one-identity',
    });
  });

  it('names everybody else whom it concerns, and nobody of the two', async () => {
    inPool(ofJob, [bob, 'users:carl']);
    inPool(ofOther, [alice, 'users:dora']);
    const others = ['users:carl', 'users:dora'];
    expect(planMerge(await found(bob), await found(alice))).toMatchObject({ others });
    // As of one identity, of which the row of one does not know.
    identities.clear();
    inPool(ofOther, [alice, bob, 'users:dora']);
    expect(planMerge(await found(bob), await found(alice))).toMatchObject({
      kind: 'change',
      others: ['users:dora'],
    });
  });

  it('corrects rows that a merge which died left behind', async () => {
    inPool(ofOther, [alice, bob]);
    onRecord(bob, { identityId: ofJob });
    onRecord(alice, { identityId: ofOther });
    const [source, destination] = [await found(bob), await found(alice)];
    expect(planMerge(source, destination)).toMatchObject({ kind: 'change', leftBehind: null });
    await merge(ports, source, destination, record);
    expect(calls).toEqual(['correct']);
    expect(rows.get(bob)).toMatchObject({ identityId: ofOther });
  });

  it('refuses two people of one user pool, strangers, and one subject with itself', async () => {
    inPool(ofJob, [bob], [userPool]);
    inPool(ofOther, [alice], [userPool]);
    const [one, other] = [await found(bob), await found(alice)];
    expect(planMerge(one, other)).toEqual({ kind: 'refused', why: 'own-logins-of-both' });
    expect(planMerge(one, one)).toEqual({ kind: 'refused', why: 'same-subject' });
    for (const [source, destination] of [
      [one, await found('users:nobody')],
      [await found('users:nobody'), one],
    ] as const) {
      expect(planMerge(source, destination)).toEqual({ kind: 'refused', why: 'not-in-pool' });
    }
    inPool(ofOther, [alice], ['another', userPool]);
    expect(planMerge(one, await found(alice))).toMatchObject({ why: 'own-logins-of-both' });
    inPool(ofOther, [alice], ['another']);
    expect(planMerge(one, await found(alice))).toMatchObject({ kind: 'change' });
  });
});
