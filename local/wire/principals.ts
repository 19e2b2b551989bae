/** Whose access key signed a call, and with what secret its signature is checked. */
import { AwsError } from '../aws.ts';
import type { Principal } from '../aws.ts';
import type { PolicyDocument } from '../iam/policy.ts';
import type { IamStore } from '../iam/roles.ts';
import { principalOfSession } from '../services/sts/session-principal.ts';
import type { SessionTokens } from '../services/sts/session-tokens.ts';

export interface SigningIdentity {
  readonly secretAccessKey: string;
  readonly principal: Principal;
}

export interface Principals {
  /** @throws AwsError InvalidClientTokenId or ExpiredToken */
  readonly resolve: (accessKeyId: string, sessionToken: string | null) => Promise<SigningIdentity>;
}

const unknown = (): AwsError =>
  new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
    statusCode: 403,
  });

const administratorAccess: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Sid: 'AdministratorAccess', Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** The administrator of the twin's account: may do everything that no explicit deny forbids. */
const administrator = (accountId: string): Principal => {
  const arn = `arn:aws:iam::${accountId}:user/admin`;
  return {
    kind: 'user',
    arn,
    accountId,
    userId: 'AIDASTEPKEYTWINADMIN',
    identityPolicies: [administratorAccess],
    permissionsBoundary: null,
    sessionPolicies: [],
    conditionKeys: {
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': accountId,
      'aws:PrincipalType': 'User',
      'aws:userid': 'AIDASTEPKEYTWINADMIN',
      'aws:username': 'admin',
    },
  };
};

export const anonymousPrincipal: Principal = {
  kind: 'anonymous',
  arn: 'anonymous',
  accountId: 'anonymous',
  userId: 'anonymous',
  identityPolicies: [],
  permissionsBoundary: null,
  sessionPolicies: [],
  conditionKeys: { 'aws:PrincipalType': 'Anonymous' },
};

export const createPrincipals = (deps: {
  readonly iam: IamStore;
  readonly sessionTokens: SessionTokens;
  readonly accountId: string;
  /** The key of endpoints.json's `adminCredentials`. */
  readonly admin: { readonly accessKeyId: string; readonly secretAccessKey: string };
}): Principals => ({
  resolve: async (accessKeyId, sessionToken) => {
    if (sessionToken === null) {
      if (accessKeyId !== deps.admin.accessKeyId) throw unknown();
      const { secretAccessKey } = deps.admin;
      return { secretAccessKey, principal: administrator(deps.accountId) };
    }
    const opened = await deps.sessionTokens.open(sessionToken);
    // A token belongs to one key: neither may be paired with another session's.
    if (opened.accessKeyId !== accessKeyId) throw unknown();
    return {
      secretAccessKey: opened.secretAccessKey,
      principal: principalOfSession(opened.session, deps.iam),
    };
  },
});
