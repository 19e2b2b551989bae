import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import type { Caller } from '../../../core/contracts/caller.ts';
import { StepkeyError } from '../../../core/errors.ts';
import { GrantFilesError } from '../../../core/grants/fault.ts';
import type { Grant, GrantStatement } from '../../../core/grants/grant.ts';
import {
  completeSessionPolicy,
  renderSessionPolicyTemplate,
} from '../../../core/session/session-policy.ts';
import { evaluateAccess } from '../../../local/iam/evaluate.ts';
import type { PolicyDocument } from '../../../local/iam/policy.ts';
import { callerOf } from '../../support/callers.ts';
import { grantOf, templateValues } from '../../support/grants.ts';
import { inSoak } from '../../support/soak.ts';

// One file, though long: what is drawn, and what must hold of it, are read together.

/**
 * Templates, too, are made up here: every statement that a grant file may hold, with as many values of the caller as it
 * likes. What a rendered policy reaches is told by another way than rendering: by the values themselves.
 */

const bucket = 'arn:aws:s3:::stepkey-files';

/** One piece of a path between two slashes: a literal, or the name of a value. */
type Segment = { readonly text: string } | { readonly name: string };

interface Place {
  readonly segments: readonly Segment[];
  /** Everything below it, or the one object of that name. */
  readonly isPrefix: boolean;
}

interface TemplateStatement extends Place {
  readonly effect: 'Allow' | 'Deny';
  readonly kind: 'object' | 'list';
  /** Whether the resource stands alone or in a list. */
  readonly isList: boolean;
}

interface Person {
  readonly caller: Caller;
  readonly identityId: string;
}

const subjectNames = ['identityId', 'sub', 'subject', 'client', 'claim:team', 'claim:level'];
const literal = fc.constantFrom('a', 'private', 'x-1', 'team', 'a.b', '${aws:userid}');
const subjectSegment = fc.constantFrom(...subjectNames).map((name): Segment => ({ name }));
const segment = fc.oneof(
  literal.map((text): Segment => ({ text })),
  subjectSegment,
  fc.constantFrom('region', 'accountId').map((name): Segment => ({ name })),
);
/** At least one value of the caller: a template without any is the same for all, and nobody's own. */
const place: fc.Arbitrary<Place> = fc.record({
  segments: fc
    .tuple(fc.array(segment, { maxLength: 2 }), subjectSegment, fc.array(segment, { maxLength: 2 }))
    .map(([before, own, after]) => [...before, own, ...after]),
  isPrefix: fc.boolean(),
});
const statement: fc.Arbitrary<TemplateStatement> = place.chain((where) =>
  fc.record({
    segments: fc.constant(where.segments),
    isPrefix: fc.constant(where.isPrefix),
    effect: fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Allow', 'Allow', 'Deny'),
    kind: fc.constantFrom<'object' | 'list'>('object', 'object', 'list'),
    isList: fc.boolean(),
  }),
);
const template = fc.array(statement, { minLength: 1, maxLength: 4 });

const textOf = ({ segments, isPrefix }: Place): string =>
  segments.map((part) => ('text' in part ? part.text : `{{${part.name}}}`)).join('/') +
  (isPrefix ? '/*' : '');

const grantStatementOf = (made: TemplateStatement): GrantStatement => {
  const { effect, kind, isList } = made;
  if (kind === 'list') {
    const wanted = textOf(made);
    return {
      Effect: effect,
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::{{bucket}}',
      Condition: { StringLike: { 's3:prefix': isList ? [wanted] : wanted } },
    };
  }
  const resource = `arn:aws:s3:::{{bucket}}/${textOf(made)}`;
  return {
    Effect: effect,
    Action: ['s3:GetObject', 's3:PutObject'],
    Resource: isList ? [resource] : resource,
  };
};
const grantWith = (statements: readonly GrantStatement[]): Grant =>
  grantOf({ sessionPolicy: statements });

const sessionName = 'AROAEXAMPLE:a';
const valueOf = ({ caller, identityId }: Person, name: string): string => {
  const values: Readonly<Record<string, unknown>> = {
    ...templateValues,
    identityId,
    sub: caller.sub,
    subject: caller.subject,
    client: caller.client,
    'claim:team': caller.claims['team'],
    'claim:level': caller.claims['level'],
  };
  return String(values[name]);
};
/** The path that a place means for this person, without what may follow below it. */
const pathOf = ({ segments, isPrefix }: Place, person: Person): string =>
  segments
    .map((part) => ('text' in part ? part.text : valueOf(person, part.name)))
    .join('/')
    .replaceAll('${aws:userid}', sessionName) + (isPrefix ? '/' : '');
const covers = (where: Place, person: Person, path: string): boolean =>
  where.isPrefix ? path.startsWith(pathOf(where, person)) : path === pathOf(where, person);

const policyOf = (grant: Grant, { caller, identityId }: Person): string | null => {
  try {
    return completeSessionPolicy(
      renderSessionPolicyTemplate(grant.sessionPolicy ?? [], caller, templateValues),
      identityId,
    );
  } catch (error) {
    if (!(error instanceof StepkeyError)) throw error;
    expect(error.name).toMatch(/^Session\.(ValueRefused|PolicyTooLarge)$/);
    return null;
  }
};

const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};
const allows = (policy: string, kind: 'object' | 'list', path: string): boolean =>
  evaluateAccess(
    {
      kind: 'role-session',
      arn: 'arn:aws:sts::123456789012:assumed-role/stepkey-shared/a',
      accountId: '123456789012',
      userId: sessionName,
      identityPolicies: [everything],
      permissionsBoundary: null,
      sessionPolicies: [JSON.parse(policy) as PolicyDocument],
      conditionKeys: { 'aws:userid': sessionName },
    },
    kind === 'object'
      ? { action: 's3:GetObject', resource: `${bucket}/${path}`, conditionKeys: {} }
      : { action: 's3:ListBucket', resource: bucket, conditionKeys: { 's3:prefix': path } },
  ).allowed;

const plain = fc.stringMatching(/^[A-Za-z0-9_.:=+@-]{1,8}$/);
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom('*', '?', '$', '${*}', '{{sub}}', '/', '"', '..', '${aws:userid}', '\\'),
      plain,
      fc.string({ unit: 'grapheme', maxLength: 2 }),
    ),
    { maxLength: 3 },
  )
  .map((parts) => parts.join(''));
const value = fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: nasty });
const group = fc.constantFrom('readers', 'writers', 'red', 'Readers', '*');
const person: fc.Arbitrary<Person> = fc.record({
  caller: fc
    .record({
      sub: value,
      subject: value,
      client: fc.constantFrom('app', 'app2', 'cli'),
      groups: fc.array(group, { maxLength: 3 }),
      claims: fc.record({
        team: fc.oneof(value, fc.integer(), fc.boolean(), fc.array(value, { maxLength: 2 })),
        level: fc.oneof(value, fc.nat()),
      }),
    })
    .map((changes) => callerOf(changes)),
  identityId: fc.uuid().map((uuid) => `us-east-1:${uuid}`),
});

/** Values close to one: continued, cut, of other case, a pattern that would match it. */
const cousinOf = (own: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(`${own}0`, `${own}-`, own.slice(0, -1), own.toUpperCase(), own.toLowerCase()),
    fc.constantFrom('*', `${own}*`, own.replace(/.$/, '?'), `../${own}`, ''),
    fc.constantFrom(`${own}/..`, `${own}/a`),
    value,
  );
/** Somebody who differs in values that look alike, or in everything. */
const otherThan = (one: Person): fc.Arbitrary<Person> =>
  fc.oneof(
    person,
    fc
      .record({
        sub: cousinOf(one.caller.sub),
        subject: cousinOf(one.caller.subject),
        client: cousinOf(one.caller.client),
        team: cousinOf(String(one.caller.claims['team'])),
        level: cousinOf(String(one.caller.claims['level'])),
        identityId: cousinOf(one.identityId),
        which: fc.subarray(subjectNames, { minLength: 1 }),
      })
      .map(({ which, ...cousins }) => {
        const changed = (name: string) => which.includes(name);
        const { caller } = one;
        return {
          identityId: changed('identityId') ? cousins.identityId : one.identityId,
          caller: {
            ...caller,
            sub: changed('sub') ? cousins.sub : caller.sub,
            subject: changed('subject') ? cousins.subject : caller.subject,
            client: changed('client') ? cousins.client : caller.client,
            claims: {
              team: changed('claim:team') ? cousins.team : (caller.claims['team'] ?? ''),
              level: changed('claim:level') ? cousins.level : (caller.claims['level'] ?? ''),
            },
          },
        };
      }),
  );
const objectKey = fc.oneof(
  fc.constant(''),
  fc.constantFrom('a', '*', '?', '${*}', 'a/b', '../a'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);

/** Two people, and a name below a prefix. Ten meet at each template, so that it is compiled once for them. */
const meetings = fc.array(
  person.chain((one) =>
    fc.record({ one: fc.constant(one), other: otherThan(one), key: objectKey }),
  ),
  { minLength: 10, maxLength: 10 },
);

describe('[SEC-07] a session policy of any template', () => {
  it('reaches what the template says of one’s own values, and nothing of anybody else’s', () => {
    fc.assert(
      fc.property(template, meetings, (statements, met) => {
        const grant = grantWith(statements.map(grantStatementOf));
        for (const { one, other, key } of met) {
          const policy = policyOf(grant, one);
          if (policy === null) continue;
          const isWanted = (kind: 'object' | 'list', path: string): boolean => {
            const about = statements.filter((each) => each.kind === kind);
            const speaks = (effect: 'Allow' | 'Deny') =>
              about.some((each) => each.effect === effect && covers(each, one, path));
            return speaks('Allow') && !speaks('Deny');
          };
          for (const where of statements) {
            for (const whose of [one, other]) {
              const path = pathOf(where, whose) + (where.isPrefix ? key : '');
              const { kind } = where;
              if (allows(policy, kind, path) === isWanted(kind, path)) continue;
              throw new Error(`${kind} ${path}: ${String(isWanted(kind, path))} is wanted`);
            }
          }
        }
      }),
      { numRuns: inSoak ? 10_000 : 30 },
    );
  });

  it('means a path of one’s own: no other values spell it', () => {
    fc.assert(
      fc.property(place, meetings, (where, met) => {
        const grant = grantWith([
          grantStatementOf({ ...where, effect: 'Allow', kind: 'object', isList: false }),
        ]);
        for (const { one, other, key } of met) {
          const policy = policyOf(grant, one);
          if (policy === null || policyOf(grant, other) === null) continue;
          const spelt = (whose: Person) =>
            where.segments.map((part) => ('name' in part ? valueOf(whose, part.name) : ''));
          const isSame = JSON.stringify(spelt(one)) === JSON.stringify(spelt(other));
          const path = pathOf(where, other) + (where.isPrefix ? key : '');
          expect({ path, isAllowed: allows(policy, 'object', path) }).toEqual({
            path,
            isAllowed: isSame,
          });
        }
      }),
      { numRuns: inSoak ? 2000 : 30 },
    );
  });

  it('is of no template in which a value fills less than its segment', () => {
    const beside = fc.constantFrom('-', '*', '?', 'a', '.', ':');
    fc.assert(
      fc.property(
        place,
        fc.constantFrom(...subjectNames),
        beside,
        fc.boolean(),
        (where, name, text, before) => {
          const loose = before ? `${text}{{${name}}}` : `{{${name}}}${text}`;
          const Resource = `arn:aws:s3:::{{bucket}}/${loose}/${textOf(where)}`;
          expect(() => grantWith([{ Effect: 'Allow', Action: 's3:GetObject', Resource }])).toThrow(
            GrantFilesError,
          );
        },
      ),
      { numRuns: inSoak ? 5000 : 100 },
    );
  });
});
