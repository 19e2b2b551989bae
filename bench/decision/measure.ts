/**
 * Verifying a token and deciding, without any I/O, beside the verification alone; and how a decision grows with the grants.
 * A process of its own. Arguments: the directory of the grants, and `--quick`. Tells its parent the figures.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import type { Jwks } from 'aws-jwt-verify/jwk';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { systemClock } from '../../adapters/clock.ts';
import { nodeDigest } from '../../adapters/digest.ts';
import { userPoolTokenVerifier } from '../../adapters/token-verifier.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { compileGrants } from '../../core/grants/compile.ts';
import { decide, type DecisionContext } from '../../core/grants/decide.ts';
import type { Grant } from '../../core/grants/grant.ts';
import { claimsReferencedBy } from '../../core/grants/placeholders.ts';
import { authenticate } from '../../core/token/authenticate.ts';
import type { Figure } from '../bench.ts';

const userPoolId = 'us-east-1_AAAAAAAAA';
const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${userPoolId}`;
const clientId = '1example23456789';
const userPool = { alias: 'users', userPoolId, issuer, clients: { app: clientId } };
const templateValues = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '123456789012',
  bucket: 'stepkey-files',
};
const grantContext = {
  deployment: 'stepkey',
  clients: ['app', 'cli', 'service', 'batch'],
  templateValues: Object.keys(templateValues),
};
const [directory = '', flag] = process.argv.slice(2);

const shippedGrants = (): readonly Grant[] =>
  compileGrants(
    readdirSync(directory)
      .filter((name) => name.endsWith('.json') && !name.endsWith('.schema.json'))
      .map((file) => ({ file, text: readFileSync(join(directory, file), 'utf8') })),
    grantContext,
  );

const contextOf = (grants: readonly Grant[]): DecisionContext => ({
  grants,
  templateValues,
  mappedRoleArnPrefix: 'arn:aws:iam::123456789012:role/stepkey/stepkey-',
  identityPoolId: 'us-east-1:99999999-8888-4777-8666-555555555555',
  developerProvider: 'login.stepkey',
  digest: nodeDigest,
});

const subOf = (index: number): string =>
  `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** What Cognito puts into an ID token of a reader. */
const claimsOf = (index: number, nowEpochSeconds: number) => ({
  sub: subOf(index),
  'cognito:groups': ['readers'],
  email_verified: true,
  iss: issuer,
  'cognito:username': `person-${String(index)}`,
  origin_jti: subOf(index),
  'cognito:roles': ['arn:aws:iam::123456789012:role/readers'],
  aud: clientId,
  event_id: subOf(index),
  token_use: 'id',
  auth_time: nowEpochSeconds,
  exp: nowEpochSeconds + 86_000,
  iat: nowEpochSeconds,
  jti: subOf(index),
  email: `person-${String(index)}@example.com`,
});

const perProcessorSecond = async (
  count: number,
  work: (index: number) => unknown,
): Promise<number> => {
  const before = process.cpuUsage();
  for (let index = 0; index < count; index += 1) await work(index);
  const { user, system } = process.cpuUsage(before);
  return count / ((user + system) / 1e6);
};

const people = 100;

const measureDecision = async (quick: boolean): Promise<readonly Figure[]> => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' };
  const jwks = { keys: [jwk] } as unknown as Jwks;
  const nowEpochSeconds = Math.floor(Date.now() / 1000);
  const tokens = await Promise.all(
    Array.from({ length: people }, (_, index) =>
      new SignJWT(claimsOf(index, nowEpochSeconds))
        .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
        .sign(privateKey),
    ),
  );
  const tokenAt = (index: number) => tokens[index % people] ?? '';
  const alone = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: 'id' });
  alone.cacheJwks(jwks);
  const verifier = userPoolTokenVerifier({
    userPools: [userPool],
    endpoint: null,
    fetcher: {
      fetch: () => Promise.resolve(new TextEncoder().encode(JSON.stringify(jwks)).buffer),
    },
  });
  const context = contextOf(shippedGrants());
  const authentication = {
    userPools: [userPool],
    referencedClaims: new Set(context.grants.flatMap(claimsReferencedBy)),
  };
  const ours = async (index: number) => {
    const caller = await authenticate(
      tokenAt(index),
      'id',
      { verifier, clock: systemClock },
      authentication,
    );
    return decide(caller, { grant: 'own-files', roleArn: null }, context);
  };
  const reference = (index: number) => alone.verify(tokenAt(index));
  const count = quick ? 1000 : 10_000;
  const values: { ours: number[]; reference: number[] } = { ours: [], reference: [] };
  for (let round = -1; round < (quick ? 2 : 7); round += 1) {
    const one = await perProcessorSecond(count, reference);
    const other = await perProcessorSecond(count, ours);
    // The first is for the compilers.
    if (round < 0) continue;
    values.reference.push(one);
    values.ours.push(other);
  }
  return [
    {
      name: 'decision / aws-jwt-verify alone',
      unit: '×',
      values: values.ours.map((each, index) => each / (values.reference[index] ?? Number.NaN)),
      bar: { atLeast: 0.6 },
    },
    { name: 'verify and decide, for each second of one core', unit: '/s', values: values.ours },
    {
      name: 'aws-jwt-verify alone, for each second of one core',
      unit: '/s',
      values: values.reference,
    },
  ];
};

/** So many grants of which one is the caller's, as in an organisation that has one for each team. */
const manyGrants = (count: number): readonly Grant[] => {
  const [shipped] = shippedGrants().filter(({ name }) => name === 'own-files');
  if (shipped === undefined) throw new TypeError('There is no grant own-files');
  return Array.from({ length: count }, (_, index) => ({
    ...shipped,
    name: `team-${String(index)}`,
    rules: [{ effect: 'allow', when: { groups: { anyOf: [`team-${String(index)}`] } } }],
  }));
};

const measureGrants = async (quick: boolean): Promise<readonly Figure[]> => {
  const figures: Figure[] = [];
  const count = quick ? 500 : 5000;
  for (const grants of [1, 10, 100, 1000]) {
    const context = contextOf(manyGrants(grants));
    const team = `team-${String(Math.floor(grants / 2))}`;
    const caller: Caller = {
      subject: `users:${subOf(0)}`,
      issuerAlias: 'users',
      sub: subOf(0),
      username: 'person-0',
      client: 'app',
      actor: null,
      tokenUse: 'id',
      kind: 'person',
      scopes: [],
      tokenId: null,
      authTimeEpochSeconds: 1,
      expiresAtEpochSeconds: 2,
      groups: [team],
      roles: [],
      preferredRole: null,
      claims: {},
    };
    for (const [how, grant] of [
      ['named', team],
      ['not named', null],
    ] as const) {
      const work = () => decide(caller, { grant, roleArn: null }, context);
      await perProcessorSecond(count, work);
      const values: number[] = [];
      for (let round = 0; round < (quick ? 2 : 5); round += 1) {
        values.push(1e6 / (await perProcessorSecond(count, work)));
      }
      figures.push({
        name: `a decision among ${grants.toLocaleString('en-US')} grants, ${how}`,
        unit: 'µs',
        values,
      });
    }
  }
  return figures;
};

const isQuick = flag === '--quick';
const figures: readonly Figure[] = [
  ...(await measureDecision(isQuick)),
  ...(await measureGrants(isQuick)),
];
process.send?.(figures);
