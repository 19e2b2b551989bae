import { beforeEach, describe, expect, it } from '@jest/globals';

import { resolveSubject } from '../../../../core/subject/resolve-subject.ts';
import { callerOf } from '../../../support/callers.ts';
import { failureOf, nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import {
  fakeUserDirectory,
  rita,
  type FakeUserDirectory,
} from '../../../support/fakes/fake-user-directory.ts';
import { grantOf, ownFiles, reports } from '../../../support/grants.ts';
import { otherUserPool, userPool } from '../../../support/tokens.ts';

const clientId = 'client-id-of-batch';
const job = callerOf({
  subject: `users:${clientId}`,
  sub: clientId,
  username: null,
  client: 'batch',
  tokenUse: 'access',
  kind: 'machine',
  scopes: ['stepkey/act-as'],
  tokenId: 'jti-of-the-job',
  groups: ['operators'],
  roles: ['arn:aws:iam::123456789012:role/of-the-job'],
  preferredRole: 'arn:aws:iam::123456789012:role/of-the-job',
  claims: { 'custom:tenant': 'of-the-job' },
});
const context = {
  userPools: [userPool, otherUserPool],
  referencedClaims: new Set(['custom:tenant', 'email_verified', 'identities', 'constructor']),
  grants: [ownFiles, reports],
};
let users: FakeUserDirectory;
const resolve = (onBehalfOf: string | null, presenter = job, here = context) =>
  resolveSubject({ users }, here, presenter, onBehalfOf);

beforeEach(() => {
  users = fakeUserDirectory();
  users.put(userPool.userPoolId, rita);
});

describe('[SEC-21] a subject that a machine names', () => {
  it('is who the directory says, and nothing of the machine but its token and client stays', async () => {
    const attributes = { ...rita.attributes, 'custom:tenant': 'acme', identities: '[]' };
    users.put(userPool.userPoolId, { ...rita, attributes });
    expect(await resolve('rita')).toEqual({
      subject: `users:${rita.sub}`,
      issuerAlias: 'users',
      sub: rita.sub,
      username: 'rita',
      client: 'batch',
      actor: 'batch',
      tokenUse: 'access',
      kind: 'person',
      scopes: ['stepkey/act-as'],
      tokenId: 'jti-of-the-job',
      authTimeEpochSeconds: job.authTimeEpochSeconds,
      expiresAtEpochSeconds: job.expiresAtEpochSeconds,
      groups: ['readers'],
      roles: [],
      preferredRole: null,
      claims: { 'custom:tenant': 'acme', email_verified: true },
    });
  });

  it('is the same however it is spelled', async () => {
    const subject = await resolve('rita');
    expect(await resolve(rita.sub)).toEqual(subject);
    expect(await resolve(`users:${rita.sub}`)).toEqual(subject);
  });

  it.each(['CONFIRMED', 'EXTERNAL_PROVIDER', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED'])(
    'may be an account that is %s',
    async (status) => {
      users.put(userPool.userPoolId, { ...rita, status });
      expect((await resolve('rita')).sub).toBe(rita.sub);
    },
  );

  it('is refused in one way, whatever is against it', async () => {
    const refusals = [];
    for (const status of ['UNCONFIRMED', 'ARCHIVED', 'COMPROMISED', 'UNKNOWN', 'NEW', '']) {
      users.put(userPool.userPoolId, { ...rita, status });
      refusals.push(await failureOf(resolve('rita')));
    }
    users.put(userPool.userPoolId, { ...rita, enabled: false });
    refusals.push(await failureOf(resolve('rita')));
    users.remove(userPool.userPoolId, rita.sub);
    for (const spelled of ['rita', rita.sub, 'nobody', 'users:x', clientId, `users:${clientId}`]) {
      refusals.push(await failureOf(resolve(spelled)));
    }
    for (const { name, message } of refusals) {
      expect({ name, message }).toEqual({
        name: 'Subject.Unavailable',
        message: 'No such grant is available to this caller.',
      });
    }
  });

  it('is of the machine’s own pool, even where another pool has the same name or sub', async () => {
    users.remove(userPool.userPoolId, rita.sub);
    users.put(otherUserPool.userPoolId, rita);
    for (const spelled of ['rita', rita.sub, `users:${rita.sub}`, `partners:${rita.sub}`]) {
      expect(await nameOfFailure(resolve(spelled))).toBe('Subject.Unavailable');
    }
  });

  it('is of the pool of that machine, whichever it is', async () => {
    users.remove(userPool.userPoolId, rita.sub);
    users.put(otherUserPool.userPoolId, rita);
    const partner = { ...job, issuerAlias: 'partners' };
    for (const spelled of ['rita', rita.sub, `partners:${rita.sub}`]) {
      expect(await resolve(spelled, partner)).toMatchObject({ subject: `partners:${rita.sub}` });
    }
    const stranger = { ...job, issuerAlias: 'strangers' };
    expect(await nameOfFailure(resolve('rita', stranger))).toBe('Config.Invalid');
  });

  it('is nobody of another pool, though somebody here is called so', async () => {
    users.put(userPool.userPoolId, { ...rita, username: 'partners:rita' });
    expect(await nameOfFailure(resolve('partners:rita'))).toBe('Subject.Unavailable');
    users.put(userPool.userPoolId, { ...rita, username: 'other:rita' });
    expect((await resolve('other:rita')).username).toBe('other:rita');
  });

  it('is not looked for where no grant lets the machine act', async () => {
    const grants = [grantOf({ clients: ['batch'] }), grantOf({ use: 'act-as', clients: ['app'] })];
    const here = { ...context, grants };
    expect(await nameOfFailure(resolve('rita', job, here))).toBe('Grant.Refused');
    expect(users.searches()).toBe(0);
  });

  it('is not looked for where its name can be nobody’s', async () => {
    expect(await nameOfFailure(resolve('" or ""="'))).toBe('Subject.Unavailable');
    expect(users.searches()).toBe(0);
  });

  it('is not refused because the directory does not answer: that passes', async () => {
    users.failWith('Upstream.Throttled');
    expect(await nameOfFailure(resolve('rita'))).toBe('Upstream.Throttled');
  });
});

describe('[SEC-20] who may name a subject', () => {
  it.each([
    ['a machine without the scope', { scopes: ['stepkey/credentials'] }, 'Token.ScopeMissing'],
    ['a person with the scope', { kind: 'person' as const }, 'Actor.Refused'],
    ['somebody with an ID token', { tokenUse: 'id' as const }, 'Actor.Refused'],
  ])('is not %s', async (_, changes, name) => {
    expect(await nameOfFailure(resolve('rita', { ...job, ...changes }))).toBe(name);
    expect(users.searches()).toBe(0);
  });

  it('asks for itself only with the scope for that', async () => {
    expect(await nameOfFailure(resolve(null))).toBe('Token.ScopeMissing');
    const self = { ...job, scopes: ['stepkey/credentials'] };
    expect(await resolve(null, self)).toEqual(self);
    const person = callerOf();
    expect(await resolve(null, person)).toEqual(person);
  });
});
