import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runTests } from '../mutation/jest-words.ts';
import { bundleFiles, type Rewrite } from '../mutation/test-bundles.ts';

/**
 * Holes, each put back into a copy of the code: the tests that are named beside it must fail then. Beyond what a mutation
 * tool thinks of, and outside of `core`, too.
 */

const root = join(import.meta.dirname, '../..');

interface Hole {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly test: string;
}

const cacheKeyFields = [
  ...['fields.identityPoolId', 'fields.developerProvider', 'fields.subject'],
  ...['fields.actor', 'fields.client', 'fields.grant', 'fields.roleArn'],
  ...['fields.sessionPolicyTemplate', 'String(fields.durationSeconds)', 'key'],
  'fields.tags[key] ?? null',
];

const chooseRole = {
  file: 'core/grants/choose-role.ts',
  test: 'test/unit/core/grants/choose-role.test.ts',
};
const consoleTest = 'test/unit/client/console/console-handler.test.ts';
const spokesTest = 'test/unit/adapters/spoke-deny-policies.test.ts';
const match = { file: 'core/grants/match.ts', test: 'test/unit/core/grants/match.test.ts' };

const holes: readonly Hole[] = [
  {
    name: 'values are not escaped for IAM',
    file: 'core/template.ts',
    from: 'value.replace(/[*?$]/g, (character) => `\\${${character}}`)',
    to: 'value',
    test: 'test/unit/core/template.test.ts',
  },
  {
    name: 'values of any alphabet stand in a policy',
    file: 'core/session/subject-values.ts',
    from: "typeof value === 'object' || !alphabet.test(String(value))",
    to: "typeof value === 'object'",
    test: 'test/unit/core/session/session-policy.test.ts',
  },
  {
    name: 'a value may hold a slash',
    file: 'core/session/subject-values.ts',
    from: 'const alphabet = policyAlphabets[name] ?? claimInPolicy;',
    to: 'const alphabet = /^[A-Za-z0-9_.:=+@/-]+$/;',
    test: 'test/unit/core/session/session-policy.test.ts',
  },
  {
    name: 'a value may fill less than a segment',
    file: 'core/grants/placeholders.ts',
    from: '!around.every((one) => delimiters.includes(one))',
    to: 'false',
    test: 'test/property/core/policy-templates.test.ts',
  },
  ...cacheKeyFields.map((field) => ({
    name: `the cache key is without ${field}`,
    file: 'core/cache/cache-key.ts',
    from: `add(${field});`,
    to: '',
    test: 'test/unit/core/cache/cache-key.test.ts',
  })),
  {
    name: 'a hit is not authorized',
    file: 'functions/api/read-entry.ts',
    from: 'refuseIfRevoked(known.revocation, caller.authTimeEpochSeconds);',
    to: '',
    test: 'test/unit/functions/api/issue-credentials.test.ts',
  },
  {
    name: 'a role of the token is compared with startsWith',
    ...chooseRole,
    from: 'allowed.filter((arn) => caller.roles.includes(arn))',
    to: 'allowed.filter((arn) => caller.roles.some((role) => role.startsWith(arn)))',
  },
  {
    name: 'a role that is asked for is compared with startsWith',
    ...chooseRole,
    from: '!available.includes(wanted)',
    to: '!available.some((arn) => wanted.startsWith(arn))',
  },
  {
    name: 'a group is compared with startsWith',
    ...match,
    from: 'caller.groups.includes(group)',
    to: 'caller.groups.some((own) => own.startsWith(group))',
  },
  {
    name: 'a client is compared with startsWith',
    ...match,
    from: 'grant.clients.includes(caller.client)',
    to: 'grant.clients.some((client) => caller.client.startsWith(client))',
  },
  {
    name: 'two pools may share a client’s name',
    file: 'core/user-pools.ts',
    from: 'names.indexOf(name) !== at',
    to: 'names.indexOf(name) > at',
    test: 'test/unit/core/user-pools.test.ts',
  },
  {
    name: 'a role is assumed before what comes back can be sealed',
    file: 'functions/exchange/assume-mapped-role.ts',
    from: "await ports.sealer.prepare('credentials', decision.grant);",
    to: '',
    test: 'test/unit/functions/exchange/assume-mapped-role.test.ts',
  },
  {
    name: 'another page may ask the page’s server for anything',
    file: 'client/console/console-handler.ts',
    from: 'isFromAnotherPage(request) && !isOpening(request, path)',
    to: 'false',
    test: consoleTest,
  },
  ...[
    "  method === 'GET' &&\n",
    "  path === '' &&\n",
    '  headers.origin === undefined &&\n',
    "  headers['sec-fetch-mode'] === 'navigate' &&\n",
  ].map((condition) => ({
    name: `another page opens this one without ${condition.trim().slice(0, -3)}`,
    file: 'client/console/console-handler.ts',
    from: condition,
    to: '',
    test: consoleTest,
  })),
  {
    name: 'a code serves without its verifier (PKCE)',
    file: 'local/services/cognito-idp/authorization-codes.ts',
    from: ' &&\n        sameText(found.challenge, challenge)',
    to: '',
    test: 'test/unit/local/cognito-idp/authorization-codes.test.ts',
  },
  ...[
    [
      'the endpoints of STS',
      "...(trust.stsEndpointIds.length === 0 ? {} : { 'aws:SourceVpce': [...trust.stsEndpointIds] }),",
    ],
    ['its pool', "'cognito-identity.amazonaws.com:aud': trust.identityPoolId,"],
    ['its grant', "'aws:RequestTag/stepkey-grant': trust.grant,"],
    ['the developer provider', "'cognito-identity.amazonaws.com:amr': trust.developerProvider,"],
  ].map(([what = '', from = '']) => ({
    name: `a mapped role, here or in a spoke, opens without ${what}`,
    file: 'stacks/session-trust.ts',
    from,
    to: '',
    test: 'test/stack/session-trust.test.ts',
  })),
  {
    name: 'a spoke that was not written counts as written',
    file: 'adapters/spoke-deny-policies.ts',
    from: 'if (failed !== undefined) throw failed.reason;',
    to: '',
    test: spokesTest,
  },
  {
    name: 'a spoke that says something else counts as written',
    file: 'adapters/spoke-deny-policies.ts',
    from: "others.every((text) => text === first) ? first : ''",
    to: 'first',
    test: spokesTest,
  },
];

/** Titles of the tests of a file that fail; the file itself where it cannot even be evaluated. */
const failing = async (file: string, rewrite: Rewrite): Promise<readonly string[]> => {
  const failed: string[] = [];
  for (const bundle of await bundleFiles(root, [file], rewrite)) {
    await runTests(
      bundle.load(),
      () => undefined,
      ({ id }, failure) => {
        if (failure !== null) failed.push(id);
        return false;
      },
    );
  }
  return failed;
};

const tests = [...new Set(holes.map(({ test }) => test))];

describe('a hole that is put back', () => {
  it.each(holes)('makes a test fail: $name', async ({ file, from, to, test }) => {
    let isPutBack = false;
    const failed = await failing(test, (path, text) => {
      if (path !== file) return text;
      isPutBack = text.split(from).length === 2;
      return text.replace(from, () => to);
    });
    expect(isPutBack).toBe(true);
    expect(failed).not.toEqual([]);
  });

  it.each(tests)('is what makes it fail: without one, %s passes', async (test) => {
    expect(await failing(test, (_, text) => text)).toEqual([]);
  });
});
