/** An STS with one mapped role, and a maker of identity pool tokens for it. */
import { SignJWT } from 'jose';
import type { JWTPayload } from 'jose';

import type { CallContext } from '../../../../local/aws.ts';
import type { ConditionBlock } from '../../../../local/iam/policy.ts';
import { createIamStore } from '../../../../local/iam/roles.ts';
import type { StoredRole } from '../../../../local/iam/roles.ts';
import { createSessionTokens } from '../../../../local/services/sts/session-tokens.ts';
import { createStsService } from '../../../../local/services/sts/sts.ts';
import { memoryKeyVault } from '../../../../local/state/keys.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { anonymousPrincipal } from '../../../../local/wire/principals.ts';
import { accountId, policy } from '../iam/principals-for-tests.ts';

export const pool = 'us-east-1:00000000-0000-4000-8000-000000000000';
export const identityId = 'us-east-1:11111111-1111-4111-8111-111111111111';
export const provider = 'login.stepkey';
export const mappedRoleArn = `arn:aws:iam::${accountId}:role/stepkey/stepkey-own-files`;
export const startEpochSeconds = 1_800_000_000;

const federated = { Federated: 'cognito-identity.amazonaws.com' };

export const mappedRole: StoredRole = {
  arn: mappedRoleArn,
  name: 'stepkey-own-files',
  path: '/stepkey/',
  roleId: 'AROAMAPPEDROLE',
  trustPolicy: policy({
    Effect: 'Allow',
    Principal: federated,
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'cognito-identity.amazonaws.com:aud': pool,
        'aws:RequestTag/stepkey-grant': 'own-files',
      },
      'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': provider },
    },
  }),
  inlinePolicies: {
    files: policy({
      Sid: 'OwnPrefix',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: 'arn:aws:s3:::bucket/private/${cognito-identity.amazonaws.com:sub}/*',
    }),
  },
  managedPolicyArns: [],
  permissionsBoundaryArn: null,
  maxSessionDurationSeconds: 7200,
  createdAtEpochMillis: 1_800_000_000_000,
  tags: { team: 'role', colour: 'grey' },
};

/** The trust policy with one thing changed. */
export const trusting = (change: {
  actions?: readonly string[];
  condition?: ConditionBlock;
}): StoredRole => ({
  ...mappedRole,
  trustPolicy: policy({
    Effect: 'Allow',
    Principal: federated,
    Action: change.actions ?? ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
    Condition: change.condition ?? {},
  }),
});

export const tagsClaim = 'https://aws.amazon.com/tags';

const claims: JWTPayload = {
  iss: 'https://cognito-identity.amazonaws.com',
  sub: identityId,
  aud: pool,
  amr: ['authenticated', provider, `${provider}:${pool}:users:alice`],
  iat: startEpochSeconds,
  exp: startEpochSeconds + 120,
  [tagsClaim]: {
    principal_tags: { 'stepkey-grant': ['own-files'], 'stepkey-subject': ['users:alice'] },
  },
};

// One vault for all: making RSA keys is slow, and they hold no state.
const keys = memoryKeyVault();

export const createStsWorld = async () => {
  const signingKey = await keys.rsa('us-east-11', 'RS512');
  const otherKey = await keys.rsa('us-east-12', 'RS512');
  const time = { epochMillis: startEpochSeconds * 1000 };
  const clock = { nowEpochMillis: () => time.epochMillis };
  const store = memoryStore();
  const iam = await createIamStore(store);
  await iam.putRole(mappedRole);
  const sessionTokens = createSessionTokens({ keys, clock });
  const lines: string[] = [];
  const sts = createStsService({
    iam,
    sessionTokens,
    clock,
    identityPoolKeys: () => Promise.resolve([signingKey.publicJwk]),
    log: (line) => lines.push(line),
  });

  const token = (
    changes: Record<string, unknown> = {},
    key: 'ours' | 'other' = 'ours',
  ): Promise<string> =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'RS512', kid: 'us-east-11', typ: 'JWS' })
      .sign((key === 'ours' ? signingKey : otherKey).privateKey);

  const context: CallContext = {
    principal: anonymousPrincipal,
    requestId: 'request-1',
    sourceIp: '127.0.0.1',
  };

  const assume = async (
    input: Record<string, unknown> = {},
    presentedToken?: string,
  ): Promise<Record<string, unknown>> => {
    const operation = sts.operations['AssumeRoleWithWebIdentity'];
    if (operation === undefined) throw new TypeError('STS lacks the operation');
    return operation.run(
      {
        RoleArn: mappedRoleArn,
        RoleSessionName: 'alice',
        WebIdentityToken: presentedToken ?? (await token()),
        ...input,
      },
      context,
    );
  };

  return { keys, signingKey, time, clock, store, iam, sessionTokens, sts, lines, token, assume };
};
