/** An identity pool and an STS that know each other, with roles that trust the pool. */
import { createAwsCall } from '../../../../local/wire/dispatch.ts';
import { anonymousPrincipal } from '../../../../local/wire/principals.ts';
import type { AwsCall } from '../../../../local/aws.ts';
import { createIamStore } from '../../../../local/iam/roles.ts';
import type { StoredRole } from '../../../../local/iam/roles.ts';
import type { ConditionBlock } from '../../../../local/iam/policy.ts';
import { createCognitoIdentityService } from '../../../../local/services/cognito-identity/service.ts';
import { createSessionTokens } from '../../../../local/services/sts/session-tokens.ts';
import { createStsService } from '../../../../local/services/sts/sts.ts';
import { clientIds, createCognitoWorld, tokensOf, vault } from '../cognito-idp/cognito-world.ts';
import { accountId, policy } from '../iam/principals-for-tests.ts';
import { identityPoolId, identityPoolSettings, userPoolProvider } from './identity-world.ts';

export const roleArn = (name: string): string => `arn:aws:iam::${accountId}:role/${name}`;

const roleTrusting = (name: string, condition: ConditionBlock = {}): StoredRole => ({
  arn: roleArn(name),
  name,
  path: '/',
  roleId: `AROA${name.toUpperCase()}`,
  trustPolicy: policy({
    Effect: 'Allow',
    Principal: { Federated: 'cognito-identity.amazonaws.com' },
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
    Condition: {
      StringEquals: { 'cognito-identity.amazonaws.com:aud': identityPoolId },
      ...condition,
    },
  }),
  inlinePolicies: {},
  managedPolicyArns: [],
  permissionsBoundaryArn: null,
  maxSessionDurationSeconds: 3600,
  createdAtEpochMillis: 1_800_000_000_000,
  tags: {},
});

export const createEnhancedWorld = async () => {
  const cognito = await createCognitoWorld();
  const { store, clock } = cognito;
  const iam = await createIamStore(store);
  for (const name of ['default', 'red', 'blue']) await iam.putRole(roleTrusting(name));
  await iam.putRole(roleTrusting('elsewhere', { IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } }));
  const sessionTokens = createSessionTokens({ keys: vault, clock });
  const lazy: { call?: AwsCall } = {};
  const identity = await createCognitoIdentityService({
    store,
    vault,
    clock,
    region: 'us-east-1',
    accountId,
    userPools: cognito.cognito,
    call: async (...call) => {
      if (lazy.call === undefined) throw new TypeError('not joined yet');
      return lazy.call(...call);
    },
  });
  const sts = createStsService({
    iam,
    sessionTokens,
    clock,
    identityPoolKeys: identity.identityPoolKeys,
    log: () => undefined,
  });
  const call = createAwsCall([identity, sts, cognito.cognito], { log: () => undefined, clock });
  lazy.call = call;
  await identity.putIdentityPool(identityPoolId, identityPoolSettings);
  const ask = (operation: string, input: Record<string, unknown>) =>
    call('cognito-identity', operation, input, {
      principal: anonymousPrincipal,
      requestId: 'request-1',
      sourceIp: '127.0.0.1',
    });
  return {
    ...cognito,
    identity,
    sts,
    iam,
    sessionTokens,
    call,
    ask,
    mappingKey: `${userPoolProvider}:${clientIds.cli}`,
    /** A person's login, and the identity that it has. */
    person: async (username: string, groups: readonly string[] = []) => {
      await cognito.addUser(username, groups);
      const Logins = { [userPoolProvider]: tokensOf(await cognito.signIn(username)).IdToken };
      const { IdentityId } = await ask('GetId', { IdentityPoolId: identityPoolId, Logins });
      return { IdentityId, Logins };
    },
  };
};

export type EnhancedWorld = Awaited<ReturnType<typeof createEnhancedWorld>>;
