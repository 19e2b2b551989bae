import {
  GetCredentialsForIdentityCommand,
  GetIdCommand,
  GetOpenIdTokenForDeveloperIdentityCommand,
  SetIdentityPoolRolesCommand,
  type MappingRule,
} from '@aws-sdk/client-cognito-identity';
import {
  AdminAddUserToGroupCommand,
  CreateGroupCommand,
  DeleteGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { claimsOf, nameOfRefusal, type Probe } from '../proof.ts';
import type { Stage } from '../stage.ts';
import { signedIn, signInNow } from './people.ts';

const provider = 'cognito-identity.amazonaws.com';

const ownProviderOf = ({ deployed: { region, userPoolId } }: Stage): string =>
  `cognito-idp.${region}.amazonaws.com/${userPoolId ?? ''}`;

/** Who may take a role: whoever has a token of this pool. */
export const trustOfPool = (
  identityPoolId: string,
  actions: readonly string[] = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
): object => ({
  Effect: 'Allow',
  Principal: { Federated: provider },
  Action: actions,
  Condition: { StringEquals: { [`${provider}:aud`]: identityPoolId } },
});

export const developerLoginAlone: Probe = async (stage) => {
  const { aws, deployed } = stage;
  const IdentityPoolId = await stage.identityPool();
  const { idToken } = await signedIn(stage);
  const developer = { [deployed.developerProvider]: `${stage.name}:alone` };
  const both = await aws.cognitoIdentity.send(
    new GetOpenIdTokenForDeveloperIdentityCommand({
      IdentityPoolId,
      Logins: { ...developer, [ownProviderOf(stage)]: idToken ?? '' },
    }),
  );
  const alone = await nameOfRefusal(async () => {
    const { IdentityId } = await aws.cognitoIdentity.send(
      new GetOpenIdTokenForDeveloperIdentityCommand({ IdentityPoolId, Logins: developer }),
    );
    if (IdentityId !== both.IdentityId) throw new TypeError('another identity');
  });
  return { shown: alone === null, saw: alone ?? 'the same identity' };
};

/** Tries the enhanced flow with the person's own login; the answer's refusal, or null. */
const refusalOfOwn = async (
  stage: Stage,
  CustomRoleArn?: string,
  tokens = signedIn(stage),
): Promise<string | null> => {
  const { aws } = stage;
  const { idToken } = await tokens;
  const Logins = { [ownProviderOf(stage)]: idToken ?? '' };
  const { IdentityId } = await aws.cognitoIdentity.send(
    new GetIdCommand({ IdentityPoolId: await stage.identityPool(), Logins }),
  );
  const command = { IdentityId, Logins, ...(CustomRoleArn === undefined ? {} : { CustomRoleArn }) };
  return nameOfRefusal(() =>
    aws.cognitoIdentity.send(new GetCredentialsForIdentityCommand(command)),
  );
};

const setRoles = async (
  stage: Stage,
  roleArn: string,
  rules: readonly MappingRule[],
): Promise<void> => {
  const name = `${ownProviderOf(stage)}:${stage.client.clientId}`;
  await stage.aws.cognitoIdentity.send(
    new SetIdentityPoolRolesCommand({
      IdentityPoolId: await stage.identityPool(),
      Roles: { authenticated: roleArn },
      RoleMappings:
        rules.length === 0
          ? {}
          : {
              [name]: {
                Type: 'Rules',
                AmbiguousRoleResolution: 'Deny',
                RulesConfiguration: { Rules: [...rules] },
              },
            },
    }),
  );
};

const rule = (
  Claim: string,
  MatchType: MappingRule['MatchType'],
  Value: string,
  RoleARN: string,
) => ({
  Claim,
  MatchType,
  Value,
  RoleARN,
});

export const customRoleRefused: Probe = async (stage) => {
  const roleArn = await stage.role(trustOfPool(await stage.identityPool()));
  await setRoles(stage, roleArn, []);
  const own = await stage.eventually(
    () => refusalOfOwn(stage),
    (refusal) => refusal === null,
  );
  const custom = await refusalOfOwn(stage, roleArn);
  return {
    shown: own === null && custom === 'NotAuthorizedException',
    saw: `${own ?? 'credentials'} without, ${custom ?? 'credentials'} with it`,
  };
};

export const absentClaimNeverMatches: Probe = async (stage) => {
  const roleArn = await stage.role(trustOfPool(await stage.identityPool()));
  await setRoles(stage, roleArn, [rule('aud', 'Equals', stage.client.clientId, roleArn)]);
  const present = await stage.eventually(
    () => refusalOfOwn(stage),
    (refusal) => refusal === null,
  );
  await setRoles(stage, roleArn, [rule('custom:nothing', 'NotEqual', 'x', roleArn)]);
  const absent = await refusalOfOwn(stage);
  return {
    shown: present === null && absent === 'NotAuthorizedException',
    saw: `${present ?? 'credentials'} by a claim that is there, ${absent ?? 'credentials'} by the absent one`,
  };
};

export const listClaimWithCommas: Probe = async (stage) => {
  const { aws, deployed } = stage;
  const UserPoolId = deployed.userPoolId ?? '';
  const { username } = await stage.person();
  for (const suffix of ['a', 'b']) {
    const group = { UserPoolId, GroupName: `${stage.name}-${suffix}` };
    await aws.cognitoIdp.send(new CreateGroupCommand(group));
    stage.atEnd(() => aws.cognitoIdp.send(new DeleteGroupCommand(group)));
    await aws.cognitoIdp.send(new AdminAddUserToGroupCommand({ ...group, Username: username }));
  }
  // The groups are in tokens of after they were given.
  const tokens = signInNow(stage);
  const groups = claimsOf((await tokens).idToken ?? '')['cognito:groups'];
  const text = Array.isArray(groups) ? groups.join(',') : '';
  const roleArn = await stage.role(trustOfPool(await stage.identityPool()));
  await setRoles(stage, roleArn, [rule('cognito:groups', 'Equals', text, roleArn)]);
  const refusal = await stage.eventually(
    () => refusalOfOwn(stage, undefined, tokens),
    (found) => found === null,
  );
  return { shown: text.includes(',') && refusal === null, saw: refusal ?? 'credentials' };
};

export const developerTagsInSession: Probe = async (stage) => {
  const { aws, deployed } = stage;
  const IdentityPoolId = await stage.identityPool();
  const roleArn = await stage.role(trustOfPool(IdentityPoolId), [
    {
      Effect: 'Allow',
      Action: 'iam:GetRole',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/probe': 'yes' } },
    },
  ]);
  await setRoles(stage, roleArn, []);
  const RoleName = roleArn.split('/').at(-1);
  const triedWith = async (tags: Readonly<Record<string, string>>): Promise<string | null> => {
    const { IdentityId, Token = '' } = await aws.cognitoIdentity.send(
      new GetOpenIdTokenForDeveloperIdentityCommand({
        IdentityPoolId,
        Logins: { [deployed.developerProvider]: `${stage.name}:tags` },
        PrincipalTags: tags,
      }),
    );
    const { Credentials } = await aws.cognitoIdentity.send(
      new GetCredentialsForIdentityCommand({ IdentityId, Logins: { [provider]: Token } }),
    );
    const iam = new IAMClient({
      region: deployed.region,
      ...(deployed.endpoint === null ? {} : { endpoint: deployed.endpoint }),
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      },
    });
    return nameOfRefusal(() => iam.send(new GetRoleCommand({ RoleName })));
  };
  const tagged = await stage.eventually(
    () => triedWith({ probe: 'yes' }),
    (refusal) => refusal === null,
  );
  const other = await triedWith({ probe: 'no' });
  return {
    shown: tagged === null && other !== null,
    saw: `${tagged ?? 'allowed'} with the tag, ${other ?? 'allowed'} with another`,
  };
};
