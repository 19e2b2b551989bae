import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  emptyDenyPolicy,
  policyLimitCharacters,
  renderDenyPolicy,
  type Denial,
} from '../../../core/revocations/deny-policy.ts';
import { evaluateAccess } from '../../../local/iam/evaluate.ts';
import type { PolicyDocument } from '../../../local/iam/policy.ts';
import { policy, session } from '../../unit/local/iam/principals-for-tests.ts';

const now = 1_795_262_400;
const kinds = ['subject', 'client', 'grant'] as const;

const target = fc.oneof(
  fc.record({ kind: fc.constantFrom(...kinds), name: fc.constantFrom('a', 'b', 'c', 'd') }),
  fc.constant({ kind: 'everything' as const, name: '-' }),
);
const denial = (many: boolean): fc.Arbitrary<Denial> =>
  fc.record({
    revocationId: fc.uuid(),
    target: many
      ? fc.record({
          kind: fc.constantFrom(...kinds),
          name: fc.uuid().map((id) => `users:${id}`),
        })
      : target,
    issuedBeforeEpochSeconds: fc.integer({ min: now - 4000, max: now + 200 }),
    neededUntilEpochSeconds: fc.integer({ min: now - 10, max: now + 4000 }),
  });

interface Tagged {
  readonly subject: string;
  readonly client: string;
  readonly grant: string;
}

/** Whether IAM, as the twin has it, lets this session through a policy that allows everything but for the denials. */
const isAllowed = (text: string, tags: Tagged | null, issuedAtEpochSeconds: number): boolean =>
  evaluateAccess(
    session({
      identityPolicies: [
        policy({ Effect: 'Allow', Action: '*', Resource: '*' }),
        JSON.parse(text) as PolicyDocument,
      ],
      conditionKeys: {
        'aws:TokenIssueTime': new Date(issuedAtEpochSeconds * 1000).toISOString(),
        ...(tags === null
          ? {}
          : Object.fromEntries(
              Object.entries(tags).map(([key, value]) => [
                `aws:PrincipalTag/stepkey-${key}`,
                value as string,
              ]),
            )),
      },
    }),
    { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' },
  ).allowed;

const tags = fc.record({
  subject: fc.constantFrom('a', 'b', 'x'),
  client: fc.constantFrom('c', 'x'),
  grant: fc.constantFrom('d', 'x'),
});

const covers = ({ target: { kind, name } }: Denial, who: Tagged): boolean =>
  kind === 'everything' || who[kind] === name;

describe('[SEC-31] the policy that denies', () => {
  it('denies exactly what some denial in force covers, while they fit', () => {
    fc.assert(
      fc.property(
        fc.array(denial(false), { maxLength: 8 }),
        tags,
        fc.integer({ min: now - 4100, max: now + 300 }),
        (denials, who, issuedAt) => {
          const { text } = renderDenyPolicy(denials, now);
          const isDenied = denials.some(
            (each) =>
              each.neededUntilEpochSeconds > now &&
              issuedAt < each.issuedBeforeEpochSeconds &&
              covers(each, who),
          );
          expect(isAllowed(text, who, issuedAt)).toBe(!isDenied);
        },
      ),
    );
  });

  it('fits however many there are, and still denies each of them', () => {
    fc.assert(
      fc.property(
        fc.array(denial(true), { minLength: 60, maxLength: 120 }),
        fc.nat(),
        (denials, choice) => {
          const { text, forms } = renderDenyPolicy(denials, now);
          expect(text.length).toBeLessThanOrEqual(policyLimitCharacters);
          const inForce = denials.filter((each) => each.neededUntilEpochSeconds > now);
          const chosen = inForce[choice % Math.max(1, inForce.length)];
          if (chosen === undefined) return;
          const { kind, name } = chosen.target;
          const who = { subject: '-', client: '-', grant: '-', [kind]: name };
          expect(isAllowed(text, who, chosen.issuedBeforeEpochSeconds - 1)).toBe(false);
          expect(forms.get(chosen.revocationId)).toBeDefined();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('falls back to whole roles from the oldest on, no later than need be', () => {
    const denials = Array.from({ length: 100 }, (_, index): Denial => ({
      revocationId: `r${String(index).padStart(3, '0')}`,
      target: { kind: 'subject', name: `users:${String(index).padStart(36, '0')}` },
      issuedBeforeEpochSeconds: now - 1000 + index,
      neededUntilEpochSeconds: now + 3600,
    }));
    const { text, forms } = renderDenyPolicy(denials, now);
    const wide = denials.filter(({ revocationId }) => forms.get(revocationId) === 'role-wide');
    const last = wide.at(-1)?.issuedBeforeEpochSeconds ?? 0;
    expect(wide).toEqual(denials.slice(0, wide.length));
    // One more would have been too long.
    expect(text.length).toBeGreaterThan(policyLimitCharacters - 250);
    expect(isAllowed(text, null, last - 1)).toBe(false);
    expect(isAllowed(text, null, last)).toBe(true);
  });

  it('is not filled by one target, however often it is revoked: nobody can sign everybody out', () => {
    const denials = Array.from({ length: 500 }, (_, index): Denial => ({
      revocationId: `r${String(index).padStart(3, '0')}`,
      target: { kind: 'subject', name: 'a' },
      issuedBeforeEpochSeconds: now - 500 + index,
      neededUntilEpochSeconds: now + 3600,
    }));
    const { text, forms } = renderDenyPolicy(denials, now);
    const last = denials.at(-1)?.issuedBeforeEpochSeconds ?? 0;
    const of = (subject: string) => ({ subject, client: 'x', grant: 'x' });
    expect(isAllowed(text, of('x'), 1)).toBe(true);
    expect(isAllowed(text, of('a'), last - 1)).toBe(false);
    expect(isAllowed(text, of('a'), last)).toBe(true);
    expect(new Set(forms.values())).toEqual(new Set(['statement']));
  });

  it('lets a session without tags be: only a cut-off of whole roles reaches it', () => {
    const one: Denial = {
      revocationId: 'r',
      target: { kind: 'subject', name: 'a' },
      issuedBeforeEpochSeconds: now,
      neededUntilEpochSeconds: now + 1,
    };
    expect(isAllowed(renderDenyPolicy([one], now).text, null, now - 1)).toBe(true);
    const all = { ...one, target: { kind: 'everything' as const, name: '-' } };
    expect(isAllowed(renderDenyPolicy([all], now).text, null, now - 1)).toBe(false);
  });

  it('is the same text for the same denials in any order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(denial(false), { selector: (each) => each.revocationId, maxLength: 8 }),
        (denials) => {
          expect(renderDenyPolicy([...denials].reverse(), now).text).toBe(
            renderDenyPolicy(denials, now).text,
          );
        },
      ),
    );
  });

  it('shares a statement among those of one kind and one second', () => {
    const denials = Array.from({ length: 100 }, (_, index): Denial => ({
      revocationId: String(index),
      target: { kind: 'subject', name: `users:${String(index).padStart(36, '0')}` },
      issuedBeforeEpochSeconds: now,
      neededUntilEpochSeconds: now + 3600,
    }));
    const { forms } = renderDenyPolicy(denials, now);
    expect(new Set(forms.values())).toEqual(new Set(['statement']));
  });

  it('says nothing where nothing is denied', () => {
    expect(renderDenyPolicy([], now).text).toBe(emptyDenyPolicy());
    expect(isAllowed(emptyDenyPolicy(), null, 1)).toBe(true);
  });
});
