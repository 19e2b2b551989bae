/** The deployment that is simulated: its grant as shipped, and people of whom the token says the same. */
import { readFileSync } from 'node:fs';
import { nodeDigest } from '../../adapters/digest.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import { compileGrants } from '../../core/grants/compile.ts';
import { claimsReferencedBy } from '../../core/grants/placeholders.ts';
import type { FrontContext } from '../../functions/api/front.ts';

export const grantName = 'own-files';
const region = 'us-east-1';
const accountId = '123456789012';

const templateValues = { partition: 'aws', region, accountId, bucket: 'stepkey-files' };

/** @param durationSeconds of the grant's sessions; the other grants are as shipped */
export const deploymentOf = (durationSeconds: number): FrontContext => {
  const file = `${grantName}.json`;
  const text = readFileSync(new URL(`../../grants/${file}`, import.meta.url), 'utf8');
  const [shipped] = compileGrants([{ file, text }], {
    deployment: 'stepkey',
    clients: ['app', 'cli'],
    templateValues: Object.keys(templateValues),
  });
  if (shipped === undefined) throw new TypeError(`${file} gave no grant`);
  const grant = { ...shipped, session: { ...shipped.session, durationSeconds } };
  return {
    grants: [grant],
    templateValues,
    mappedRoleArnPrefix: `arn:aws:iam::${accountId}:role/stepkey/stepkey-`,
    identityPoolId: `${region}:99999999-8888-4777-8666-555555555555`,
    developerProvider: 'login.stepkey',
    digest: nodeDigest,
    userPools: [],
    referencedClaims: new Set(claimsReferencedBy(grant)),
    identityMode: 'linked',
    auditGroup: 'auditors',
    corsOrigins: [],
    version: 'simulation',
  };
};

const idOf = (index: number): string =>
  `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

export const callerAt = (index: number, nowEpochSeconds: number): Caller => ({
  subject: `users:${idOf(index)}`,
  issuerAlias: 'users',
  sub: idOf(index),
  username: `person-${String(index)}`,
  client: 'app',
  actor: null,
  tokenUse: 'id',
  kind: 'person',
  scopes: [],
  tokenId: null,
  authTimeEpochSeconds: nowEpochSeconds - 300,
  expiresAtEpochSeconds: nowEpochSeconds + 3300,
  groups: ['readers'],
  roles: [],
  preferredRole: null,
  claims: {},
});

export const identityIdAt = (index: number): string => `${region}:${idOf(index)}`;

/** Which subject it is, by the number that every id of it ends in. */
export const indexOf = (subject: string): number => Number(subject.slice(-12));
