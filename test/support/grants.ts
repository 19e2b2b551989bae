import { readFileSync } from 'node:fs';

import { nodeDigest } from '../../adapters/digest.ts';
import { compileGrants, type GrantContext } from '../../core/grants/compile.ts';
import type { DecisionContext } from '../../core/grants/decide.ts';
import type { Grant } from '../../core/grants/grant.ts';
import { callerOf } from './callers.ts';

export const grantContext: GrantContext = {
  deployment: 'stepkey',
  clients: ['app', 'cli', 'service', 'batch'],
  templateValues: ['partition', 'region', 'accountId', 'bucket'],
};

export const templateValues = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '123456789012',
  bucket: 'stepkey-files',
};

/** The least that a grant file may say. */
export const grantFileOf = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  description: 'Whoever reads, reads.',
  clients: ['app'],
  rules: [{ when: { groups: { anyOf: ['readers'] } } }],
  role: {
    permissions: [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::{{bucket}}/shared/*' },
    ],
  },
  ...changes,
});

/** A compiled grant; no fault is expected of it. */
export const grantOf = (changes: Record<string, unknown> = {}, name = 'shared'): Grant => {
  const [grant] = compileGrants(
    [{ file: `${name}.json`, text: JSON.stringify(grantFileOf(changes)) }],
    grantContext,
  );
  if (grant === undefined) throw new TypeError('no grant was compiled');
  return grant;
};

const shipped = (name: string): Grant => {
  const file = `${name}.json`;
  const text = readFileSync(new URL(`../../grants/${file}`, import.meta.url), 'utf8');
  const [grant] = compileGrants([{ file, text }], grantContext);
  if (grant === undefined) throw new TypeError(`${file} gave no grant`);
  return grant;
};

/** The grants of this repository, as deployed. */
export const ownFiles = shipped('own-files');
export const teamRead = shipped('team-read');
export const byRole = shipped('by-role');
export const reports = shipped('reports');
const serviceSelf = shipped('service-self');

export const decisionContextOf = (changes: Partial<DecisionContext> = {}): DecisionContext => ({
  grants: [ownFiles, teamRead, byRole, reports, serviceSelf],
  templateValues,
  mappedRoleArnPrefix: 'arn:aws:iam::123456789012:role/stepkey/stepkey-',
  identityPoolId: 'us-east-1:99999999-8888-4777-8666-555555555555',
  developerProvider: 'login.stepkey',
  digest: nodeDigest,
  ...changes,
});

/** The identity of the reader whom `callerOf` describes. */
export const identityId = 'us-east-1:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const subject = callerOf().subject;
