import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { Caller } from '../../../core/contracts/caller.ts';
import type { Decision } from '../../../core/contracts/decision.ts';
import { StepkeyError } from '../../../core/errors.ts';
import { decide } from '../../../core/grants/decide.ts';
import type { Grant } from '../../../core/grants/grant.ts';
import type { DirectoryUser } from '../../../core/ports.ts';
import { resolveSubject } from '../../../core/subject/resolve-subject.ts';
import { callerOf } from '../../support/callers.ts';
import { fakeUserDirectory, rita } from '../../support/fakes/fake-user-directory.ts';
import { decisionContextOf, grantOf } from '../../support/grants.ts';
import { userPool } from '../../support/tokens.ts';

const groups = ['readers', 'writers', 'red'] as const;
const clients = ['batch', 'service', 'app'] as const;
const tenants = ['acme', 'globex'] as const;
const someOf = <Value>(values: readonly Value[]) => fc.subarray([...values]);
const atLeastOne = <Value>(values: readonly Value[]) => fc.subarray([...values], { minLength: 1 });

/** The conditions of a rule, as a grant's file says them. */
interface When {
  readonly groups?: Readonly<Partial<Record<'anyOf' | 'allOf' | 'noneOf', readonly string[]>>>;
  readonly claims?: {
    readonly 'custom:tenant'?: { readonly anyOf: readonly string[] };
    readonly email_verified?: { readonly anyOf: readonly boolean[] };
  };
  readonly kind?: 'person';
}

/** Every condition may be there or not. */
const when: fc.Arbitrary<When> = fc
  .record(
    {
      groups: fc.record(
        { anyOf: atLeastOne(groups), allOf: atLeastOne(groups), noneOf: atLeastOne(groups) },
        { requiredKeys: [] },
      ),
      claims: fc.record(
        {
          'custom:tenant': fc.record({ anyOf: atLeastOne(tenants) }),
          email_verified: fc.record({ anyOf: fc.constantFrom([true], [false], [true, false]) }),
        },
        { requiredKeys: [] },
      ),
      kind: fc.constant('person' as const),
    },
    { requiredKeys: [] },
  )
  .filter(
    (conditions) =>
      // A file that says nothing is refused by the compiler.
      Object.keys(conditions).length > 0 &&
      Object.keys(conditions.groups ?? { anyOf: [] }).length > 0 &&
      Object.keys(conditions.claims ?? { email_verified: {} }).length > 0,
  );
const rule: fc.Arbitrary<{ effect: 'allow' | 'refuse'; when: When }> = fc.oneof(
  fc.record({ effect: fc.constantFrom('allow' as const, 'refuse' as const), when }),
  // Often enough somebody is allowed.
  fc.record({
    effect: fc.constant('allow' as const),
    when: fc.record({ groups: fc.record({ anyOf: atLeastOne(groups) }) }),
  }),
);
const grantChanges = fc.record({
  use: fc.constantFrom('act-as' as const, 'act-as' as const, 'self' as const),
  clients: atLeastOne(clients),
  rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
});
type GrantChanges = typeof grantChanges extends fc.Arbitrary<infer Value> ? Value : never;

const resource = 'arn:aws:s3:::{{bucket}}/of/{{sub}}/*';
const compiled = (changes: GrantChanges, name: string): Grant =>
  grantOf(
    {
      ...changes,
      sessionPolicy: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: resource }],
    },
    name,
  );

const subject: fc.Arbitrary<DirectoryUser> = fc
  .record({
    enabled: fc.constantFrom(true, true, true, false),
    status: fc.constantFrom('CONFIRMED', 'CONFIRMED', 'EXTERNAL_PROVIDER', 'UNCONFIRMED'),
    groups: someOf(groups),
    tenant: fc.constantFrom(null, ...tenants),
    verified: fc.constantFrom(null, 'true', 'false'),
  })
  .map(({ tenant, verified, ...user }) => ({
    ...rita,
    ...user,
    attributes: {
      sub: rita.sub,
      ...(tenant === null ? {} : { 'custom:tenant': tenant }),
      ...(verified === null ? {} : { email_verified: verified }),
    },
  }));

/** What a machine's own token may have that must never count for somebody else. */
const baggage = fc.record({
  groups: someOf(groups),
  roles: someOf(['arn:aws:iam::123456789012:role/of-the-job']),
  claims: fc.record(
    { 'custom:tenant': fc.constantFrom(...tenants), email_verified: fc.boolean() },
    { requiredKeys: [] },
  ),
});

const machineOf = (client: string, changes: Partial<Caller> = {}): Caller =>
  callerOf({
    subject: `users:id-of-${client}`,
    sub: `id-of-${client}`,
    username: null,
    client,
    tokenUse: 'access',
    kind: 'machine',
    scopes: ['stepkey/act-as'],
    groups: [],
    ...changes,
  });

/** The rules of docs/grants.md once more, from a user of the directory and from the text of a grant. */
const grantAllows = (
  { rules }: GrantChanges,
  { enabled, status, groups: memberOf, attributes }: DirectoryUser,
): boolean => {
  if (!enabled || status === 'UNCONFIRMED') return false;
  const verified = attributes['email_verified'];
  const deciding = rules.find(({ when: { groups: wanted = {}, claims = {} } }) => {
    const { anyOf, allOf, noneOf } = wanted;
    const { 'custom:tenant': tenant, email_verified: flag } = claims;
    const holds = [
      anyOf === undefined || memberOf.some((group) => anyOf.includes(group)),
      allOf === undefined || allOf.every((group) => memberOf.includes(group)),
      noneOf === undefined || !memberOf.some((group) => noneOf.includes(group)),
      tenant === undefined || tenant.anyOf.some((one) => one === attributes['custom:tenant']),
      flag === undefined ||
        (verified !== undefined && flag.anyOf.some((one) => String(one) === verified)),
    ];
    return holds.every(Boolean);
  });
  return deciding?.effect === 'allow';
};

/** The decision, or null for a refusal; anything else fails the test. */
const outcomeOf = async (
  grants: readonly Grant[],
  user: DirectoryUser,
  machine: Caller,
  grant: string,
): Promise<Decision | null> => {
  const users = fakeUserDirectory();
  users.put(userPool.userPoolId, user);
  const context = {
    userPools: [userPool],
    referencedClaims: new Set(['custom:tenant', 'email_verified']),
    grants,
  };
  try {
    const caller = await resolveSubject({ users }, context, machine, user.username);
    return decide(caller, { grant, roleArn: null }, decisionContextOf({ grants }));
  } catch (error) {
    if (!(error instanceof StepkeyError)) throw error;
    expect(['Grant.Refused', 'Subject.Unavailable']).toContain(error.name);
    return null;
  }
};

describe('[SEC-09] what a machine gets on a subject’s behalf', () => {
  it('is what the grant allows the subject and what the actor may ask: no more, and no less', async () => {
    let asked = 0;
    let decided = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(grantChanges, { minLength: 1, maxLength: 3 }),
        subject,
        fc.constantFrom(...clients),
        async (changes, user, client) => {
          const grants = changes.map((each, index) => compiled(each, `grant-${String(index)}`));
          for (const [index, each] of changes.entries()) {
            const name = `grant-${String(index)}`;
            asked += 1;
            const decision = await outcomeOf(grants, user, machineOf(client), name);
            const actorMay = each.use === 'act-as' && each.clients.includes(client);
            expect(decision !== null).toBe(actorMay && grantAllows(each, user));
            if (decision === null) continue;
            decided += 1;
            // The session is the grant's role, narrowed to the subject, and says who acts.
            expect(decision.roleArn).toBe(`arn:aws:iam::123456789012:role/stepkey/stepkey-${name}`);
            expect(decision.sessionPolicyTemplate).toContain(`/of/${rita.sub}/*`);
            expect(decision.sessionPolicyTemplate).not.toContain(`id-of-${client}`);
            expect(decision.tags).toEqual({
              'stepkey-subject': `users:${rita.sub}`,
              'stepkey-client': client,
              'stepkey-grant': name,
              'stepkey-actor': client,
            });
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(decided).toBeGreaterThan(asked / 20);
  });

  it('does not depend on anything else that the machine’s own token says', async () => {
    await fc.assert(
      fc.asyncProperty(
        grantChanges,
        subject,
        fc.constantFrom(...clients),
        baggage,
        async (changes, user, client, extra) => {
          const grants = [compiled(changes, 'grant-0')];
          const bare = await outcomeOf(grants, user, machineOf(client), 'grant-0');
          const laden = await outcomeOf(grants, user, machineOf(client, extra), 'grant-0');
          expect(laden).toEqual(bare);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is kept apart from what the subject, or another actor, has in the cache', async () => {
    const everybody = { effect: 'allow' as const, when: { kind: 'person' as const } };
    const changes = { use: 'act-as' as const, rules: [everybody] };
    const acting = compiled({ ...changes, clients: [...clients] }, 'acting');
    const own = compiled({ ...changes, use: 'self', clients: [...clients] }, 'own');
    const keys = [];
    for (const client of clients) {
      keys.push((await outcomeOf([acting, own], rita, machineOf(client), 'acting'))?.cacheKey);
      const person = callerOf({ client, tokenUse: 'access' });
      keys.push(
        decide(person, { grant: 'own', roleArn: null }, decisionContextOf({ grants: [own] }))
          .cacheKey,
      );
    }
    expect(new Set(keys).size).toBe(2 * clients.length);
    expect(keys).not.toContain(undefined);
  });
});
