import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { revocationRequest } from '../../../core/contracts/revocation-requests.ts';
import { compileGrants } from '../../../core/grants/compile.ts';
import { compileTokenClaims } from '../../../core/token-claims/compile.ts';
import { readIdentityPolicy } from '../../../local/iam/identity-policy.ts';
import { compileEventPattern } from '../../../local/services/events/pattern/event-pattern.ts';
import { sessionTrustPolicy } from '../../../stacks/session-trust.ts';
import { blocksIn } from '../../support/docs.ts';

type Json = Readonly<Record<string, unknown>>;

const compiledGrant = (grant: Json): void => {
  compileGrants([{ file: 'example.json', text: JSON.stringify(grant) }], {
    deployment: 'stepkey',
    clients: grant['clients'] as readonly string[],
    templateValues: ['partition', 'region', 'accountId', 'bucket'],
  });
};
const identityPolicy = (document: Json): void => {
  expect(readIdentityPolicy(JSON.stringify(document))).toEqual({ document });
};
const mappedRoleTrust = (policy: Json): void => {
  const identityPoolId = 'eu-central-1:11111111-2222-3333-4444-555555555555';
  const pool = { identityPoolId, developerProvider: 'login.stepkey' };
  expect(policy).toEqual(sessionTrustPolicy({ ...pool, grant: 'reports', stsEndpointIds: [] }));
};
const spaSettings = (settings: Json): void => {
  const names = ['api', 'authorizationEndpoint', 'clientId', 'redirectUri', 'tokenEndpoint'];
  expect(Object.keys(settings).sort()).toEqual(names);
};
/** AWS's names of what a rule's target may say. */
const eventTarget = (target: Json): void => {
  const names = ['Arn', 'DeadLetterConfig', 'Id', 'InputTransformer', 'RoleArn'];
  expect(Object.keys(target).sort()).toEqual(names);
  const { InputPathsMap, InputTemplate } = z
    .object({ InputPathsMap: z.record(z.string(), z.string()), InputTemplate: z.string() })
    .parse(target['InputTransformer']);
  const used = [...InputTemplate.matchAll(/<([\w-]+)>/g)].map(([, name = '']) => name);
  expect([...new Set(used)].sort()).toEqual(Object.keys(InputPathsMap).sort());
};

/** What a block of JSON can be, by a name that only it has, and what then must hold. */
const kinds: readonly {
  readonly kind: string;
  readonly has: string;
  readonly check: (value: Json) => void;
}[] = [
  { kind: 'a grant that compiles', has: 'clients', check: compiledGrant },
  {
    kind: 'a file of token claims that compiles',
    has: 'rules',
    check: (file) => {
      compileTokenClaims('token-claims.json', JSON.stringify(file));
    },
  },
  {
    kind: 'a pattern of events',
    has: 'source',
    check: (pattern) => {
      compileEventPattern(JSON.stringify(pattern));
    },
  },
  { kind: 'a revocation', has: 'reason', check: (body) => revocationRequest.parse(body) },
  { kind: 'the trust of a mapped role', has: 'Version', check: mappedRoleTrust },
  {
    kind: 'statements of a policy',
    has: 'Effect',
    check: (Statement) => {
      identityPolicy({ Version: '2012-10-17', Statement: [Statement] });
    },
  },
  { kind: 'a target of events', has: 'InputTransformer', check: eventTarget },
  { kind: 'the settings of the page', has: 'redirectUri', check: spaSettings },
];

describe('blocks of JSON', () => {
  const parts = blocksIn('json').flatMap(([place, { code }]) => {
    const value = JSON.parse(code) as Json | readonly Json[];
    return (Array.isArray(value) ? (value as readonly Json[]) : [value as Json]).map((part) => {
      const found = kinds.find(({ has }) => has in part);
      return { place, part, kind: found?.kind ?? 'of no kind that is checked', ...found };
    });
  });

  it.each(parts)('$place is $kind', ({ part, check }) => {
    expect(check).toBeDefined();
    expect(() => check?.(part)).not.toThrow();
  });

  it('are of every kind', () => {
    expect(new Set(parts.map(({ kind }) => kind))).toEqual(new Set(kinds.map(({ kind }) => kind)));
  });

  it('has every kind of grant that the cookbook is to have', () => {
    const texts = parts
      .filter(({ part }) => 'clients' in part)
      .map(({ part }) => JSON.stringify(part));
    for (const word of [
      's3:prefix',
      'dynamodb:LeadingKeys',
      'aws:PrincipalTag/tenant',
      '"arn":"arn:aws:iam::',
    ]) {
      expect(texts.some((text) => text.includes(word))).toBe(true);
    }
  });
});
