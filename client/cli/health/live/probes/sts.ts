import { randomBytes } from 'node:crypto';
import { GetOpenIdTokenForDeveloperIdentityCommand } from '@aws-sdk/client-cognito-identity';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { nameOfRefusal, type Probe } from '../proof.ts';
import type { Stage } from '../stage.ts';
import { trustOfPool } from './identities.ts';

const providerName = 'cognito-identity.amazonaws.com';

interface Session {
  readonly roleArn: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly policy?: string;
  readonly seconds?: number;
}

const assume = async (stage: Stage, { roleArn, tags = {}, policy, seconds = 900 }: Session) => {
  const { aws, deployed } = stage;
  const { Token } = await aws.cognitoIdentity.send(
    new GetOpenIdTokenForDeveloperIdentityCommand({
      IdentityPoolId: await stage.identityPool(),
      Logins: { [deployed.developerProvider]: `${stage.name}:sts` },
      TokenDuration: 300,
      ...(Object.keys(tags).length === 0 ? {} : { PrincipalTags: tags }),
    }),
  );
  return aws.sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: stage.name,
      WebIdentityToken: Token,
      DurationSeconds: seconds,
      ...(policy === undefined ? {} : { Policy: policy }),
    }),
  );
};

/** Denies everything, in as many characters as wanted that do not compress. */
const denyingPolicy = (characters: number): string => {
  const policyWith = (resource: string): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: ['*', `arn:aws:s3:::${resource}`] }],
    });
  const missing = characters - policyWith('').length;
  return policyWith(randomBytes(missing).toString('base64url').slice(0, Math.max(1, missing)));
};

export const classicFlowOff: Probe = async (stage) => {
  const roleArn = await stage.role(trustOfPool(await stage.identityPool()), [], {
    MaxSessionDuration: 7200,
  });
  const { Provider, Credentials } = await stage.eventually(() =>
    assume(stage, { roleArn, seconds: 7200 }),
  );
  const seconds = ((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000;
  return {
    shown: Provider === providerName && seconds > 7000,
    saw: `${Provider ?? 'no provider'}, ${String(Math.round(seconds / 60))} minutes`,
  };
};

export const packedPolicy: Probe = async (stage) => {
  const roleArn = await stage.role(trustOfPool(await stage.identityPool()));
  const small = await stage.eventually(() =>
    assume(stage, { roleArn, policy: denyingPolicy(300) }),
  );
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what is recorded of each session, until STS stops telling it
  const packedPercent = small.PackedPolicySize ?? Number.NaN;
  const large = await nameOfRefusal(() => assume(stage, { roleArn, policy: denyingPolicy(1900) }));
  return {
    shown: packedPercent < 60 && large === 'PackedPolicyTooLargeException',
    saw: `${String(packedPercent)} % for 300 characters, ${large ?? 'accepted'} for 1,900`,
  };
};

export const sessionTokenLength: Probe = async (stage) => {
  const roleArn = await stage.role(trustOfPool(await stage.identityPool()));
  const tags = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`tag-${String(index)}`, `value ${String(index)}`]),
  );
  const { Credentials } = await stage.eventually(() =>
    assume(stage, { roleArn, tags, policy: denyingPolicy(1000) }),
  );
  const length = Credentials?.SessionToken?.length ?? Number.NaN;
  return { shown: length < 4096, saw: `${String(length)} characters` };
};

export const tagsWithoutLeave: Probe = async (stage) => {
  const roleArn = await stage.role(
    trustOfPool(await stage.identityPool(), ['sts:AssumeRoleWithWebIdentity']),
  );
  // Only a role that AWS knows already says anything by refusing.
  await stage.eventually(() => assume(stage, { roleArn }));
  let words = 'a session';
  try {
    await assume(stage, { roleArn, tags: { probe: 'yes' } });
  } catch (error) {
    const { name, message } = error as Error;
    words = `${name}: ${message}`;
  }
  return {
    shown: words === 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    saw: words,
  };
};
