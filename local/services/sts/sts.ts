/** The twin's STS, and the role sessions that its own services act with. */
import type { JWK } from 'jose';

import type { Clock } from '../../../core/ports.ts';
import type { Principal, Service } from '../../aws.ts';
import { deniedLine } from '../../iam/denied-line.ts';
import { evaluateTrust } from '../../iam/evaluate.ts';
import type { IamStore, StoredRole } from '../../iam/roles.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import { assumeRole } from './assume-role.ts';
import { accessDenied } from './errors.ts';
import { principalOfSession } from './session-principal.ts';
import { sessionFacts } from './session-request.ts';
import type { SessionTokens, TemporaryCredentials } from './session-tokens.ts';

/** The service that acts with a role, and for which of its resources: the role's trust policy must let it. */
interface ActingService {
  readonly service: `${string}.amazonaws.com`;
  /** `aws:SourceArn`: the state machine or function that the service acts for. */
  readonly sourceArn?: string;
}

export interface StsService extends Service {
  /** @throws AwsError AccessDenied when there is no such role, or it does not trust the service */
  readonly principalOfRole: (
    roleArn: string,
    sessionName: string,
    acting?: ActingService,
  ) => Principal;
  /** @throws AwsError AccessDenied when there is no such role, or it does not trust the service */
  readonly credentialsOfRole: (
    roleArn: string,
    sessionName: string,
    durationSeconds: number,
    acting?: ActingService,
  ) => Promise<TemporaryCredentials>;
}

export const createStsService = (options: {
  readonly iam: IamStore;
  readonly sessionTokens: SessionTokens;
  readonly clock: Clock;
  /** Public keys that identity pool tokens are signed with. */
  readonly identityPoolKeys: () => Promise<readonly JWK[]>;
  readonly log: (line: string) => void;
  /** 900 by default, as on AWS. */
  readonly minimumDurationSeconds?: number;
}): StsService => {
  const deps = { minimumDurationSeconds: 900, ...options };
  const { iam } = deps;

  const roleFor = (roleArn: string, acting: ActingService | undefined): StoredRole => {
    const role = iam.getRole(roleArn);
    if (role === undefined) throw accessDenied('The role does not exist.');
    if (acting === undefined) return role;
    const { service, sourceArn } = acting;
    const verdict = evaluateTrust(role.trustPolicy, {
      action: 'sts:AssumeRole',
      service,
      conditionKeys: {
        'aws:SourceAccount': roleArn.split(':')[4] ?? '',
        ...(sourceArn === undefined ? {} : { 'aws:SourceArn': sourceArn }),
      },
    });
    if (verdict.allowed) return role;
    deps.log(deniedLine({ action: 'sts:AssumeRole', resource: roleArn }, service, verdict));
    throw accessDenied(`${service} is not authorized to assume the role.`);
  };

  return {
    name: 'sts',
    operations: {
      AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity(deps),
      AssumeRole: assumeRole(deps),
      GetCallerIdentity: {
        authorize: 'any-principal',
        run: (_input, { principal }) =>
          Promise.resolve({
            UserId: principal.userId,
            Account: principal.accountId,
            Arn: principal.arn,
          }),
      },
    },
    principalOfRole: (roleArn, sessionName, acting) =>
      principalOfSession(sessionFacts(roleFor(roleArn, acting), sessionName, deps), iam),
    credentialsOfRole: (roleArn, sessionName, durationSeconds, acting) =>
      deps.sessionTokens.mint(
        sessionFacts(roleFor(roleArn, acting), sessionName, deps),
        durationSeconds,
      ),
  };
};
