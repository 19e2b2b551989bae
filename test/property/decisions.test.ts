import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { decisionAnswer, type DecisionAnswer } from '../../core/contracts/api-answers.ts';
import type { Decision } from '../../core/contracts/decision.ts';
import type { ErrorName } from '../../core/errors.ts';
import { toldNameOf } from '../../core/problem.ts';
import { resolveSubject } from '../../core/subject/resolve-subject.ts';
import { mapRole } from '../../functions/decide/map-role.ts';
import { validateToken } from '../../functions/decide/validate-token.ts';
import { eventOf, frontAtNoon, type Front } from '../support/callers-front.ts';
import { blueRole, noonEpochSeconds, redRole } from '../support/callers.ts';
import { rita } from '../support/fakes/fake-user-directory.ts';
import { byRole, grantOf, ownFiles, reports, teamRead } from '../support/grants.ts';
import { accessClaimsOf, idClaimsOf, machineClaimsOf, userPool } from '../support/tokens.ts';

// One file, though long: what is drawn, and what must hold of it, are read together.

/** Beside the grants of this repository: claims in rules, tags and policy, a refusal, and machines. */
const grants = [
  ownFiles,
  teamRead,
  byRole,
  reports,
  grantOf(
    {
      clients: ['app', 'cli', 'service'],
      rules: [
        { effect: 'refuse', when: { claims: { 'custom:state': { anyOf: ['left'] } } } },
        { when: { groups: { anyOf: ['tenants'], noneOf: ['guests'] } } },
        { when: { kind: 'machine' } },
      ],
      tags: { tenant: '{{claim:custom:tenant}}' },
      sessionPolicy: [
        {
          Effect: 'Allow',
          Action: 's3:GetObject',
          Resource: `arn:{{partition}}:s3:::{{bucket}}/{{claim:custom:tenant}}/${'x'.repeat(1750)}/*`,
        },
      ],
    },
    'tenants',
  ),
];

const shared = fc.record(
  {
    'cognito:groups': fc.subarray(['readers', 'writers', 'red', 'tenants', 'guests', 'auditors']),
    'cognito:roles': fc.subarray([redRole, blueRole, 'arn:aws:iam::1:role/other']),
    'cognito:preferred_role': fc.constantFrom(redRole, 'arn:aws:iam::1:role/other'),
    'custom:tenant': fc.constantFrom('acme', 'a,b', 'a/b', 'y'.repeat(600), 'y'.repeat(250), 7, [
      'a',
    ]),
    'custom:state': fc.constantFrom('left', 'here'),
    auth_time: fc.constantFrom(noonEpochSeconds - 300, noonEpochSeconds - 7200),
  },
  { requiredKeys: [] },
);
const idClaims = fc
  .tuple(shared, fc.constantFrom('client-id-of-app', 'client-id-of-cli', 'client-id-of-service'))
  .map(([claims, aud]) => idClaimsOf({ aud, 'cognito:groups': ['readers'], ...claims }));
const accessClaims = fc
  .tuple(
    shared,
    fc.constantFrom('client-id-of-app', 'client-id-of-cli'),
    fc.constantFrom('stepkey/credentials', 'stepkey/credentials stepkey/audit', 'stepkey/act-as'),
  )
  .map(([claims, client_id, scope]) => accessClaimsOf({ client_id, ...claims, scope }));
const machineClaims = fc
  .tuple(fc.constantFrom('service' as const, 'batch' as const), shared)
  .map(([client, claims]) => machineClaimsOf(client, { 'custom:tenant': claims['custom:tenant'] }));

/** Where the values of claims matter. */
const tenant = shared.map((claims) => idClaimsOf({ ...claims, 'cognito:groups': ['tenants'] }));

const subject = fc.constantFrom(null, `users:${rita.sub}`, 'rita', 'nobody', 'partners:1');
const corpus = fc.oneof(
  { weight: 3, arbitrary: fc.record({ claims: idClaims, subject: fc.constant(null) }) },
  { weight: 2, arbitrary: fc.record({ claims: tenant, subject: fc.constant(null) }) },
  { weight: 1, arbitrary: fc.record({ claims: accessClaims, subject }) },
  { weight: 1, arbitrary: fc.record({ claims: machineClaims, subject }) },
);
const wish = fc.record(
  {
    grant: fc.constantFrom('own-files', 'team-read', 'by-role', 'reports', 'tenants', 'payroll'),
    roleArn: fc.constantFrom(redRole, blueRole),
  },
  { requiredKeys: [] },
);
const world = fc.record({
  isRegistered: fc.boolean(),
  isDisabled: fc.boolean(),
  revoked: fc.constantFrom(
    null,
    'EVERYTHING',
    'GRANT#own-files',
    'CLIENT#cli',
    'SUBJECT#users:' + rita.sub,
  ),
  isSuspension: fc.boolean(),
});
const plain = {
  isRegistered: true,
  isDisabled: false,
  revoked: null,
  isSuspension: false,
} as const;
const tenantOf = (value: string) => ({
  claims: idClaimsOf({ 'cognito:groups': ['tenants'], 'custom:tenant': value }),
  subject: null,
});
/** What must be met, by whatever the rest is. */
const always: [
  { claims: Record<string, unknown>; subject: string | null },
  { grant?: string; roleArn?: string },
  World,
][] = [
  [tenantOf('acme'), {}, plain],
  [tenantOf('a/b'), {}, plain],
  [tenantOf('y'.repeat(250)), {}, plain],
  [tenantOf('acme'), { roleArn: redRole }, plain],
  [tenantOf('acme'), { grant: 'own-files' }, plain],
  [tenantOf('acme'), {}, { ...plain, revoked: 'EVERYTHING', isSuspension: true }],
  [{ claims: idClaimsOf({ 'cognito:groups': ['readers', 'writers'] }), subject: null }, {}, plain],
  [{ claims: accessClaimsOf({ scope: 'stepkey/act-as' }), subject: 'rita' }, {}, plain],
  [{ claims: machineClaimsOf('batch'), subject: 'rita' }, {}, plain],
  [{ claims: machineClaimsOf('batch'), subject: 'rita' }, {}, { ...plain, isDisabled: true }],
];

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

const setUp = async ({ isRegistered, isDisabled, revoked, isSuspension }: World) => {
  const front = frontAtNoon({ grants });
  if (isRegistered) await front.register();
  if (isDisabled) front.users.put(userPool.userPoolId, { ...rita, enabled: false });
  if (revoked !== null) {
    front.table.putRevocation(
      revoked as 'EVERYTHING',
      isSuspension
        ? { suspensions: 1 }
        : { epoch: 1, revokedBeforeEpochSeconds: noonEpochSeconds - 600 },
    );
  }
  return front;
};

const ask = async (
  front: Front,
  path: 'credentials' | 'decisions',
  claims: Record<string, unknown>,
  body: Record<string, unknown>,
) => {
  const route = claims['token_use'] === 'id' ? `/v1/${path}` : `/v1/exchange/${path}`;
  const result = await front.handle(
    eventOf({
      resource: route,
      path: route,
      headers: {
        Authorization: `Bearer ${front.present(claims)}`,
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(body),
    }),
  );
  return { status: result.statusCode, body: JSON.parse(result.body) as Record<string, unknown> };
};

/** What the front and the machine behind it come to: a decision that a session is minted by, or the name of a refusal. */
const reallyDecided = async (
  front: Front,
  claims: Record<string, unknown>,
  body: Record<string, unknown>,
): Promise<Decision | string> => {
  const decided: Decision[] = [];
  front.machine.endIn(async (input) => {
    const presenter = await validateToken(front.ports, front.context, input);
    const caller = await resolveSubject(front.ports, front.context, presenter, input.onBehalfOf);
    decided.push(mapRole(front.context, { ...input, caller }) as Decision);
    // No session is made here: the request ends as if somebody else were minting it.
    front.clock.advance(60_000);
    return { outcome: 'in-progress' };
  });
  await ask(front, 'credentials', claims, body);
  return decided[0] ?? front.table.denials[0]?.error ?? 'no decision';
};

/** The machine's later steps refuse what the front does not see: the identity is known only there. */
const isOfLaterStep = ({ error }: DecisionAnswer): boolean => error === 'Session.PolicyTooLarge';

const mayAudit = (claims: Record<string, unknown>): boolean =>
  claims['token_use'] === 'id'
    ? ((claims['cognito:groups'] ?? []) as readonly string[]).includes('auditors')
    : String(claims['scope']).split(' ').includes('stepkey/audit');

const told = ({
  grant,
  roleArn,
  sessionName,
  durationSeconds,
  tags,
  cacheKey,
}: DecisionAnswer) => ({
  grant,
  roleArn,
  sessionName,
  durationSeconds,
  tags,
  cacheKey,
});

describe('an explained decision', () => {
  it('is the one that front and machine make, for whoever asks for whatever', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(corpus, wish, world, async ({ claims, subject: named }, asked, of) => {
        const body = { ...asked, ...(named === null ? {} : { subject: named }) };
        const explainer = await setUp(of);
        const explained = await ask(explainer, 'decisions', claims, body);
        const real = await reallyDecided(await setUp(of), claims, body);
        // Nothing is asked but the table, and the user directory of whom a machine names.
        expect(
          explainer.journal.filter(
            (effect) => !['verify', 'read', 'find', 'record denial'].includes(effect),
          ),
        ).toEqual([]);
        if (explained.status !== 200) {
          const error = explainer.table.denials[0]?.error;
          expect(error).toBe(real);
          seen.add(error ?? '');
          return;
        }
        const decision = decisionAnswer.parse(explained.body);
        seen.add(decision.error ?? 'allowed');
        if (isOfLaterStep(decision)) return;
        if (typeof real === 'string') {
          expect({ outcome: decision.outcome, error: decision.error }).toEqual({
            outcome: 'refused',
            error: mayAudit(claims) ? real : toldNameOf(real as ErrorName),
          });
          seen.add(real);
          return;
        }
        expect(decision.outcome).toBe('allowed');
        expect(told(decision)).toEqual(told(real as unknown as DecisionAnswer));
        const policy = real.sessionPolicyTemplate?.replaceAll(
          '{{identityId}}',
          decision.identityId ?? '{{identityId}}',
        );
        expect(decision.sessionPolicy).toBe(policy ?? null);
        const parts = decision.sessionPolicyParts ?? [];
        expect(parts.reduce((sum, { characters }) => sum + characters, 0)).toBe(
          decision.sessionPolicyCharacters,
        );
      }),
      { numRuns: 250, examples: always },
    );
    // The corpus is worth something only if it meets all of these.
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'allowed',
        'Actor.Refused',
        'Grant.Ambiguous',
        'Grant.Refused',
        'Role.NotMapped',
        'Session.PolicyTooLarge',
        'Session.ValueRefused',
        'Subject.Unavailable',
        'Subject.Revoked',
      ]),
    );
  });

  it('of somebody whom an auditor describes is the one that they would see', async () => {
    const auditor = idClaimsOf({ sub: 'auditor', 'cognito:groups': ['auditors'] });
    await fc.assert(
      fc.asyncProperty(idClaims, wish, world, async (claims, asked, of) => {
        const own = await ask(await setUp(of), 'decisions', claims, asked);
        const front = await setUp(of);
        const imagined = await ask(front, 'decisions', auditor, { ...asked, caller: { claims } });
        expect({ ...imagined.body, trace: undefined }).toEqual({ ...own.body, trace: undefined });
        expect(imagined.body['trace']).toBeDefined();
        expect(front.table.denials).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a described caller', () => {
  const auditor = idClaimsOf({ 'cognito:groups': ['auditors'] });
  const describing = async (caller: object, claims = auditor) =>
    ask(frontAtNoon({ grants }), 'decisions', claims, { caller });

  it('is of the auditor’s own pool and client where nothing else is said, and nobody', async () => {
    const { body } = await describing({ claims: { 'cognito:groups': ['readers'] } });
    expect(body).toMatchObject({
      outcome: 'allowed',
      subject: 'users:00000000-0000-4000-8000-000000000000',
      client: 'app',
      grant: 'own-files',
      identityId: null,
      cacheKey: expect.stringMatching(/^[0-9a-f]{64}$/),
      trace: expect.arrayContaining([
        expect.objectContaining({ grant: 'own-files', allowedBy: 0 }),
      ]),
    });
  });

  it.each([
    ['a client that there is not', { claims: {}, client: 'payroll' }, 'Token.Invalid'],
    ['a client that no pool has', { claims: { aud: 'x' } }, 'Token.Invalid'],
    ['a name that every object has', { claims: {}, client: 'constructor' }, 'Token.Invalid'],
    ['another pool', { claims: { iss: 'https://elsewhere' } }, 'Token.Invalid'],
    ['a token that is over', { claims: { exp: noonEpochSeconds - 1 } }, 'Token.Expired'],
    ['an access token without scope', { claims: { token_use: 'access' } }, 'Token.ScopeMissing'],
  ])('of %s is refused as a token of theirs would be', async (_, caller, error) => {
    expect(await describing(caller)).toMatchObject({
      status: 200,
      body: { outcome: 'refused', error },
    });
  });

  it('[SEC-20] is for auditors only', async () => {
    const caller = { claims: { 'cognito:groups': ['auditors', 'readers'] } };
    expect((await describing(caller, idClaimsOf())).status).toBe(403);
    const scope = 'stepkey/credentials';
    expect((await describing(caller, accessClaimsOf({ scope }))).status).toBe(403);
    expect(
      (await describing(caller, accessClaimsOf({ scope: `${scope} stepkey/audit` }))).status,
    ).toBe(200);
  });
});
