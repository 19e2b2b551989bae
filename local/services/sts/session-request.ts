/** What both ways of assuming a role share: session policies, durations, and the answer. */
import type { Clock } from '../../../core/ports.ts';
import type { IamStore, StoredRole } from '../../iam/roles.ts';
import { malformedPolicy, validationError } from './errors.ts';
import { durationSeconds, listOf, optionalText, policyRule, roleArnRule } from './parameters.ts';
import { packedPolicySizePercent, parseSessionPolicy } from './session-policy.ts';
import { assumedRoleArn } from './session-principal.ts';
import type { SessionFacts, SessionTokens, TemporaryCredentials } from './session-tokens.ts';

export interface StsDependencies {
  readonly iam: IamStore;
  readonly sessionTokens: SessionTokens;
  readonly clock: Clock;
  /** 900 on AWS; a test of refresh may allow less. */
  readonly minimumDurationSeconds: number;
}

const mostPolicyArns = 10;

/** The narrowing and the length that a caller asks for; checked before anything is decided. */
export interface SessionRequest {
  readonly durationSeconds: number;
  readonly policies: Pick<SessionFacts, 'sessionPolicies' | 'sessionPolicyArns'>;
  readonly packedSizePercent: (tags: Readonly<Record<string, string>>) => number;
}

/** @throws AwsError ValidationError, MalformedPolicyDocumentException */
export const readSessionRequest = (
  input: Record<string, unknown>,
  deps: StsDependencies,
): SessionRequest => {
  const policy = optionalText(input, 'Policy', policyRule);
  const arns = listOf(input, 'PolicyArns', mostPolicyArns).map(
    (item) => optionalText(item, 'arn', roleArnRule) ?? '',
  );
  for (const arn of arns)
    if (deps.iam.getManagedPolicy(arn) === undefined)
      throw malformedPolicy('A managed session policy does not exist.');
  return {
    durationSeconds: durationSeconds(input, deps.minimumDurationSeconds),
    policies: {
      sessionPolicies: policy === undefined ? [] : [parseSessionPolicy(policy)],
      sessionPolicyArns: arns,
    },
    packedSizePercent: (tags) => packedPolicySizePercent(policy, arns, tags),
  };
};

/** @throws AwsError ValidationError */
export const refuseLongerThanRoleAllows = (seconds: number, role: StoredRole): void => {
  if (seconds > role.maxSessionDurationSeconds)
    throw validationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
};

export const sessionFacts = (
  role: StoredRole,
  sessionName: string,
  deps: Pick<StsDependencies, 'clock'>,
  extra: Partial<SessionFacts> = {},
): SessionFacts => ({
  roleArn: role.arn,
  roleId: role.roleId,
  sessionName,
  sessionPolicies: [],
  sessionPolicyArns: [],
  tags: {},
  issuedAtEpochSeconds: Math.floor(deps.clock.nowEpochMillis() / 1000),
  conditionKeys: {},
  ...extra,
});

/** The members that both answers have. */
export const answerOf = (
  session: SessionFacts,
  credentials: TemporaryCredentials,
  packedSizePercent: number,
): Record<string, unknown> => ({
  Credentials: {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: new Date(credentials.expirationEpochSeconds * 1000),
  },
  AssumedRoleUser: {
    AssumedRoleId: `${session.roleId}:${session.sessionName}`,
    Arn: assumedRoleArn(session.roleArn, session.sessionName),
  },
  ...(packedSizePercent === 0 ? {} : { PackedPolicySize: packedSizePercent }),
});
