import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { ClaimValue } from '../../../core/contracts/caller.ts';
import { StepkeyError } from '../../../core/errors.ts';
import type { Grant } from '../../../core/grants/grant.ts';
import {
  completeSessionPolicy,
  renderSessionPolicyTemplate,
} from '../../../core/session/session-policy.ts';
import { sessionTagsOf } from '../../../core/session/session-tags.ts';
import { evaluateAccess } from '../../../local/iam/evaluate.ts';
import type { PolicyDocument } from '../../../local/iam/policy.ts';
import { callerOf } from '../../support/callers.ts';
import { grantOf, identityId, ownFiles, templateValues } from '../../support/grants.ts';
import { inSoak } from '../../support/soak.ts';

const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** What a session under this policy may do with a role that may do everything. */
const allows = (
  policy: string,
  action: string,
  resource: string,
  conditionKeys: Record<string, string> = {},
): boolean =>
  evaluateAccess(
    {
      kind: 'role-session',
      arn: 'arn:aws:sts::123456789012:assumed-role/stepkey-own-files/a',
      accountId: '123456789012',
      userId: 'AROAEXAMPLE:a',
      identityPolicies: [everything],
      permissionsBoundary: null,
      sessionPolicies: [JSON.parse(policy) as PolicyDocument],
      conditionKeys: { 'aws:userid': 'AROAEXAMPLE:a' },
    },
    { action, resource, conditionKeys },
  ).allowed;

/** The policy, or null when a value was refused; any other error fails the test. */
const rendered = (
  grant: Grant,
  changes: Parameters<typeof callerOf>[0],
  identity = identityId,
): string | null => {
  try {
    return completeSessionPolicy(
      renderSessionPolicyTemplate(grant.sessionPolicy ?? [], callerOf(changes), templateValues),
      identity,
    );
  } catch (error) {
    if (!(error instanceof StepkeyError)) throw error;
    expect(error.name).toMatch(/^Session\.(ValueRefused|PolicyTooLarge)$/);
    return null;
  }
};

const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom('*', '?', '$', '${', '}', '{{', '}}', '/', '\\', '"', ',', ':', '..', '%2f'),
      fc.constantFrom('${*}', '${aws:userid}', '{{identityId}}', '"}]}', '\n', '\u0000', '\ud800'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.stringMatching(/^[A-Za-z0-9_.:=+@-]{0,6}$/),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));
const plain = fc.stringMatching(/^[A-Za-z0-9_.:=+@-]{1,12}$/);
const text = fc.oneof(nasty, plain);
const claim: fc.Arbitrary<ClaimValue> = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.array(text, { maxLength: 3 }),
);
const identity = fc.uuid().map((uuid) => `us-east-1:${uuid}`);
const objectKey = fc.oneof(nasty, fc.string({ unit: 'grapheme', maxLength: 12 }));
const bucket = 'arn:aws:s3:::stepkey-files';

describe('[SEC-07] a session for one’s own files', () => {
  it('reaches one’s own prefix', () => {
    fc.assert(
      fc.property(identity, objectKey, (own, key) => {
        const policy = rendered(ownFiles, {}, own) ?? '';
        expect(allows(policy, 's3:GetObject', `${bucket}/private/${own}/${key}`)).toBe(true);
        const conditionKeys = { 's3:prefix': `private/${own}/${key}` };
        expect(allows(policy, 's3:ListBucket', bucket, conditionKeys)).toBe(true);
      }),
    );
  });

  it('reaches no other identity’s prefix, whoever asks', () => {
    const person = fc.record({
      sub: text,
      subject: text,
      groups: fc.array(text),
      claims: fc.dictionary(text, claim),
    });
    fc.assert(
      fc.property(
        person,
        fc.oneof(identity, text),
        identity,
        objectKey,
        (caller, own, other, key) => {
          fc.pre(own !== other);
          const policy = rendered(ownFiles, caller, own);
          if (policy === null) return;
          const path = `private/${other}/${key}`;
          for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
            expect(allows(policy, action, `${bucket}/${path}`)).toBe(false);
          }
          expect(allows(policy, 's3:ListBucket', bucket, { 's3:prefix': path })).toBe(false);
          expect(allows(policy, 's3:ListBucket', bucket, { 's3:prefix': '' })).toBe(false);
          expect(allows(policy, 's3:ListBucket', bucket)).toBe(false);
        },
      ),
      { numRuns: inSoak ? 100_000 : 500 },
    );
  });

  it('does nothing but what the grant says', () => {
    fc.assert(
      fc.property(identity, objectKey, (own, key) => {
        const policy = rendered(ownFiles, {}, own) ?? '';
        const path = `${bucket}/private/${own}/${key}`;
        expect(allows(policy, 's3:PutObjectAcl', path)).toBe(false);
        expect(allows(policy, 's3:GetObject', `arn:aws:s3:::other/private/${own}/${key}`)).toBe(
          false,
        );
        expect(allows(policy, 's3:GetObject', `${bucket}/team/${key}`)).toBe(false);
      }),
    );
  });
});

describe('[SEC-07] a session policy with the caller’s values', () => {
  const grant = grantOf({
    sessionPolicy: [
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::{{bucket}}/teams/{{claim:team}}/{{sub}}/*',
      },
    ],
  });

  it('reaches exactly the path that the values spell, or is refused', () => {
    fc.assert(
      fc.property(claim, text, claim, text, objectKey, (team, sub, otherTeam, otherSub, key) => {
        const policy = rendered(grant, { sub, claims: { team } });
        if (policy === null) return;
        const own = `teams/${String(team)}/${sub}/`;
        expect(allows(policy, 's3:GetObject', `${bucket}/${own}${key}`)).toBe(true);
        const other = `teams/${String(otherTeam)}/${otherSub}/${key}`;
        if (!other.startsWith(own)) {
          expect(allows(policy, 's3:GetObject', `${bucket}/${other}`)).toBe(false);
        }
      }),
      { numRuns: inSoak ? 20_000 : 1000 },
    );
  });

  it('is the grant’s own in everything but those values', () => {
    fc.assert(
      fc.property(claim, text, (team, sub) => {
        const policy = rendered(grant, { sub, claims: { team } });
        if (policy === null) return;
        expect(JSON.parse(policy)).toEqual({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 's3:GetObject',
              Resource: `arn:aws:s3:::stepkey-files/teams/${String(team)}/${sub}/*`,
            },
          ],
        });
      }),
      { numRuns: inSoak ? 20_000 : 1000 },
    );
  });
});

describe('a tag of a session', () => {
  const grant = grantOf({ tags: { team: '{{claim:team}}' } });

  it('is one that STS takes, or is refused', () => {
    fc.assert(
      fc.property(claim, text, (team, sub) => {
        let tags: Readonly<Record<string, string>>;
        try {
          tags = sessionTagsOf(
            grant,
            callerOf({ sub, subject: `users:${sub}`, claims: { team } }),
            templateValues,
          );
        } catch (error) {
          expect(error).toMatchObject({ name: 'Session.ValueRefused' });
          return;
        }
        for (const value of Object.values(tags)) {
          expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u);
        }
        expect(tags['stepkey-subject']).toBe(`users:${sub}`);
      }),
      { numRuns: inSoak ? 20_000 : 1000 },
    );
  });

  it('tells lists apart', () => {
    const list = fc.array(plain, { maxLength: 4 });
    const tagOf = (team: readonly string[]): string | null => {
      try {
        return sessionTagsOf(grant, callerOf({ claims: { team } }), templateValues)['team'] ?? null;
      } catch {
        return null;
      }
    };
    fc.assert(
      fc.property(list, list, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        const [first, second] = [tagOf(one), tagOf(other)];
        fc.pre(first !== null && second !== null);
        expect(first).not.toBe(second);
      }),
      { numRuns: inSoak ? 20_000 : 1000 },
    );
  });
});
