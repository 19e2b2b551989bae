import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';

import { cachedUserDirectory } from '../../../adapters/cached-user-directory.ts';
import { clientSettings } from '../../../adapters/aws-clients.ts';
import { cognitoUserDirectory } from '../../../adapters/user-directory.ts';
import type { DirectoryUser, UserDirectory } from '../../../core/ports.ts';
import { AwsError } from '../../../local/aws.ts';
import {
  startAwsWire,
  wireCredentials,
  type AwsWire,
  type WireResponder,
} from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeUserDirectory, rita } from '../../support/fakes/fake-user-directory.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';
import { userPool } from '../../support/tokens.ts';

const federated: DirectoryUser = {
  ...rita,
  sub: '22222222-3333-4444-8555-666666666666',
  username: 'Google_1234',
  status: 'EXTERNAL_PROVIDER',
  groups: Array.from({ length: 70 }, (_, index) => `group-${String(index)}`),
  attributes: { sub: '22222222-3333-4444-8555-666666666666', identities: '[{}]' },
};
const people = [rita, federated];

const attributesOf = ({ attributes }: DirectoryUser) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
const describeUser = (user: DirectoryUser) => ({
  Username: user.username,
  Enabled: user.enabled,
  UserStatus: user.status,
});

/** What a user pool answers, as far as the model and its documentation say. */
const poolResponder: WireResponder = ({ operation, input }) => {
  const { Username: name, Filter: filter, NextToken: next } = input as Record<string, string>;
  if (operation === 'ListUsers') {
    const sub = /^sub = "([0-9a-f-]{36})"$/.exec(filter ?? '')?.[1];
    if (sub === undefined) throw new AwsError('InvalidParameterException', 'bad filter');
    const found = people.filter((user) => user.sub === sub);
    return {
      Users: found.map((user) => ({ ...describeUser(user), Attributes: attributesOf(user) })),
    };
  }
  const user = people.find(({ username }) => username.toLowerCase() === name?.toLowerCase());
  if (user === undefined) throw new AwsError('UserNotFoundException', 'User does not exist.');
  if (operation === 'AdminGetUser') {
    return { ...describeUser(user), UserAttributes: attributesOf(user) };
  }
  const from = Number(next ?? '0');
  return {
    Groups: user.groups.slice(from, from + 60).map((GroupName) => ({ GroupName })),
    ...(from + 60 < user.groups.length ? { NextToken: String(from + 60) } : {}),
  };
};

let wire: AwsWire;
const recalled = new Map<string, string>();
beforeAll(async () => {
  wire = await startAwsWire();
});
beforeEach(() => {
  wire.respond = poolResponder;
  wire.calls.length = 0;
  recalled.clear();
});
afterAll(() => wire.close());

const real = (): UserDirectory =>
  cognitoUserDirectory({
    client: new CognitoIdentityProviderClient({
      ...clientSettings('cognito-idp', { region: 'us-east-1', endpoint: wire.endpoint }),
      requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
      credentials: wireCredentials,
    }),
    usernames: { recall: (subject) => Promise.resolve(recalled.get(subject) ?? null) },
  });
const fake = (): UserDirectory => {
  const directory = fakeUserDirectory();
  for (const person of people) directory.put(userPool.userPoolId, person);
  return directory;
};
const operations = () => wire.calls.map(({ operation }) => operation);

describe.each([
  ['Cognito', real],
  ['the fake', fake],
  ['Cognito behind the cache', () => cachedUserDirectory(real(), fakeClock())],
])('[SEC-21] a user directory: %s', (_, open) => {
  it.each([
    ['by sub', { sub: rita.sub }, rita],
    ['by username', { username: 'rita' }, rita],
    ['by username in another case', { username: 'RITA' }, rita],
    ['who signs in elsewhere, with more groups than a page', { sub: federated.sub }, federated],
  ])('finds a person %s', async (__, name, expected) => {
    expect(await open().find(userPool, name)).toEqual(expected);
  });

  it.each([
    ['sub', { sub: '99999999-3333-4444-8555-666666666666' }],
    ['username', { username: 'nobody' }],
  ])('finds nobody by an unknown %s', async (__, name) => {
    expect(await open().find(userPool, name)).toBeNull();
  });
});

describe('[SEC-21] Cognito as a user directory', () => {
  it('asks by the username on record, and searches where that leads to somebody else', async () => {
    recalled.set(`users:${rita.sub}`, 'rita');
    expect(await real().find(userPool, { sub: rita.sub })).toEqual(rita);
    expect(operations()).toEqual(['AdminGetUser', 'AdminListGroupsForUser']);
    recalled.set(`users:${rita.sub}`, 'Google_1234');
    wire.calls.length = 0;
    expect(await real().find(userPool, { sub: rita.sub })).toEqual(rita);
    expect(operations()).toEqual(['AdminGetUser', 'ListUsers', 'AdminListGroupsForUser']);
  });

  it('takes nobody for a name that is only an alias of theirs', async () => {
    wire.respond = (call) =>
      call.operation === 'AdminGetUser'
        ? { ...describeUser(rita), UserAttributes: attributesOf(rita) }
        : poolResponder(call);
    expect(await real().find(userPool, { username: 'ritas-chosen-alias' })).toBeNull();
  });

  it('finds nobody who was deleted between the calls', async () => {
    wire.respond = (call) => {
      if (call.operation === 'AdminListGroupsForUser') {
        throw new AwsError('UserNotFoundException', 'User does not exist.');
      }
      return poolResponder(call);
    };
    expect(await real().find(userPool, { username: 'rita' })).toBeNull();
  });

  it.each<[string, Record<string, unknown>]>([
    ['without a status', { Username: 'rita', Enabled: true, UserAttributes: attributesOf(rita) }],
    [
      'that does not say whether it is enabled',
      {
        ...{ Username: 'rita', UserStatus: 'CONFIRMED' },
        UserAttributes: attributesOf(rita),
      },
    ],
    ['without a sub', { ...describeUser(rita), UserAttributes: [] }],
    [
      'with a sub of another form',
      {
        ...describeUser(rita),
        UserAttributes: [{ Name: 'sub', Value: 'rita' }],
      },
    ],
  ])('decides nothing by a user %s', async (_, answer) => {
    wire.respond = () => answer;
    expect(await nameOfFailure(real().find(userPool, { username: 'rita' }))).toBe(
      'Upstream.Unavailable',
    );
  });

  it('gives up on groups that never end', async () => {
    wire.respond = (call) =>
      call.operation === 'AdminListGroupsForUser'
        ? { Groups: [], NextToken: 'again' }
        : poolResponder(call);
    expect(await nameOfFailure(real().find(userPool, { username: 'rita' }))).toBe(
      'Upstream.Unavailable',
    );
  });

  it.each([
    ['TooManyRequestsException', 'Upstream.Throttled'],
    ['InternalErrorException', 'Upstream.Unavailable'],
    ['ResourceNotFoundException', 'Upstream.Misconfigured'],
    ['NotAuthorizedException', 'Upstream.Misconfigured'],
    ['hang', 'Upstream.Unavailable'],
  ])('translates %s into %s, in each call', async (code, name) => {
    for (const failing of ['AdminGetUser', 'ListUsers', 'AdminListGroupsForUser']) {
      wire.respond = (call) => {
        if (call.operation !== failing) return poolResponder(call);
        const statusCode = code === 'InternalErrorException' ? 500 : 400;
        throw new AwsError(code, 'as told', { statusCode });
      };
      const by = failing === 'ListUsers' ? { sub: rita.sub } : { username: 'rita' };
      expect(await nameOfFailure(real().find(userPool, by))).toBe(name);
    }
  });
});

describe('[SEC-21] the memory of a user directory', () => {
  const remembering = () => {
    const directory = fakeUserDirectory();
    const clock = fakeClock();
    directory.put(userPool.userPoolId, rita);
    const cached = cachedUserDirectory(directory, clock);
    return { directory, clock, find: () => cached.find(userPool, { username: 'rita' }) };
  };

  it('lasts less than a minute: then a disabled person is seen as disabled', async () => {
    const { directory, clock, find } = remembering();
    await find();
    directory.put(userPool.userPoolId, { ...rita, enabled: false });
    clock.advance(59_999);
    expect((await find())?.enabled).toBe(true);
    clock.advance(1);
    expect((await find())?.enabled).toBe(false);
    expect(directory.searches()).toBe(2);
  });

  it('is shared by those who ask at once', async () => {
    const { directory, find } = remembering();
    await Promise.all([find(), find(), find()]);
    expect(directory.searches()).toBe(1);
  });

  it('keeps neither failures nor nobody', async () => {
    const { directory, find } = remembering();
    directory.failWith('Upstream.Throttled');
    expect(await nameOfFailure(find())).toBe('Upstream.Throttled');
    directory.failWith(null);
    directory.remove(userPool.userPoolId, rita.sub);
    expect(await find()).toBeNull();
    directory.put(userPool.userPoolId, rita);
    expect(await find()).toEqual(rita);
  });

  it('ends when the clock goes back', async () => {
    const { directory, clock, find } = remembering();
    await find();
    clock.advance(-1);
    await find();
    expect(directory.searches()).toBe(2);
  });
});
