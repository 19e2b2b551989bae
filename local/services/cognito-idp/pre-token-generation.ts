/** The pre token generation trigger: the event it gets, and what its answer may change. */
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { GroupConfiguration } from './group-roles.ts';
import type { PreTokenGenerationTrigger } from './model.ts';

export type TriggerSource =
  | 'TokenGeneration_HostedAuth'
  | 'TokenGeneration_Authentication'
  | 'TokenGeneration_NewPasswordChallenge'
  | 'TokenGeneration_RefreshTokens'
  | 'TokenGeneration_ClientCredentials';

/** What tokens are about to be made of. */
export interface TokenGeneration {
  readonly triggerSource: TriggerSource;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly userName: string;
  readonly userAttributes: Readonly<Record<string, string>>;
  readonly scopes: readonly string[];
  readonly groups: GroupConfiguration;
  readonly clientMetadata: Readonly<Record<string, string>>;
}

/** Runs the function that the pool's LambdaConfig names. Rejects when the function fails; with an AwsError when it cannot be run. */
export type PreTokenGeneration = (
  event: Record<string, unknown>,
  lambdaArn: string,
) => Promise<unknown>;

const added = z.record(z.string(), z.unknown()).nullish();
const list = z.array(z.string()).nullish();
const tokenChanges = z.object({
  claimsToAddOrOverride: added,
  claimsToSuppress: list,
  scopesToAdd: z.array(z.string().regex(/^\S+$/)).nullish(),
  scopesToSuppress: list,
});
const groupOverride = z
  .object({ groupsToOverride: list, iamRolesToOverride: list, preferredRole: z.string().nullish() })
  .nullish();
const secondVersion = z.object({
  idTokenGeneration: tokenChanges.nullish(),
  accessTokenGeneration: tokenChanges.nullish(),
  groupOverrideDetails: groupOverride,
});
const firstVersion = z.object({
  claimsToAddOrOverride: z.record(z.string(), z.string()).nullish(),
  claimsToSuppress: list,
  groupOverrideDetails: groupOverride,
});
const answer = z.object({
  response: z
    .object({
      claimsAndScopeOverrideDetails: secondVersion.nullish(),
      claimsOverrideDetails: firstVersion.nullish(),
    })
    .nullish(),
});

export type TokenChanges = z.infer<typeof tokenChanges>;
/** `groups` is null where the function leaves them as they are. */
export interface TokenOverrides {
  readonly idToken: TokenChanges;
  readonly accessToken: TokenChanges;
  readonly groups: GroupConfiguration | null;
}

const noOverrides: TokenOverrides = { idToken: {}, accessToken: {}, groups: null };

const eventOf = (
  trigger: PreTokenGenerationTrigger,
  region: string,
  generation: TokenGeneration,
): Record<string, unknown> => {
  const first = trigger.lambdaVersion === 'V1_0';
  const { groups, roles, preferredRole } = generation.groups;
  return {
    version: trigger.lambdaVersion.charAt(1),
    triggerSource: generation.triggerSource,
    region,
    userPoolId: generation.userPoolId,
    userName: generation.userName,
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: generation.clientId },
    request: {
      userAttributes: generation.userAttributes,
      groupConfiguration: {
        groupsToOverride: groups,
        iamRolesToOverride: roles,
        preferredRole,
      },
      ...(first ? {} : { scopes: generation.scopes }),
      clientMetadata: generation.clientMetadata,
    },
    response: first ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
  };
};

/** What is there replaces; an empty or null object suppresses every group; absence changes nothing. */
const groupsOf = (override: z.infer<typeof groupOverride>): GroupConfiguration | null =>
  override === undefined
    ? null
    : {
        groups: override?.groupsToOverride ?? [],
        roles: override?.iamRolesToOverride ?? [],
        preferredRole:
          override?.preferredRole === undefined || override.preferredRole === ''
            ? null
            : override.preferredRole,
      };

const overridesOf = (trigger: PreTokenGenerationTrigger, result: unknown): TokenOverrides => {
  const read = answer.safeParse(result);
  if (!read.success) {
    throw new AwsError('InvalidLambdaResponseException', 'Unrecognizable lambda output');
  }
  if (trigger.lambdaVersion === 'V1_0') {
    const details = read.data.response?.claimsOverrideDetails;
    if (details === undefined || details === null) return noOverrides;
    return { idToken: details, accessToken: {}, groups: groupsOf(details.groupOverrideDetails) };
  }
  const details = read.data.response?.claimsAndScopeOverrideDetails;
  if (details === undefined || details === null) return noOverrides;
  return {
    idToken: details.idTokenGeneration ?? {},
    accessToken: details.accessTokenGeneration ?? {},
    groups: groupsOf(details.groupOverrideDetails),
  };
};

/**
 * Asks the pool's trigger, where it has one. Only V3_0 is asked for machines.
 * @throws AwsError UserLambdaValidationException with the function's own message when it fails
 * @throws AwsError UnexpectedLambdaException when it cannot be run
 * @throws AwsError InvalidLambdaResponseException when the answer is none
 */
export const createTokenOverrides =
  (region: string, run: PreTokenGeneration | undefined) =>
  async (
    trigger: PreTokenGenerationTrigger | null,
    generation: TokenGeneration,
  ): Promise<TokenOverrides> => {
    if (trigger === null) return noOverrides;
    const machine = generation.triggerSource === 'TokenGeneration_ClientCredentials';
    if (machine && trigger.lambdaVersion !== 'V3_0') return noOverrides;
    if (run === undefined) {
      throw new AwsError('UnexpectedLambdaException', 'The trigger cannot be invoked.');
    }
    let result: unknown;
    try {
      result = await run(eventOf(trigger, region, generation), trigger.lambdaArn);
    } catch (error) {
      if (error instanceof AwsError) throw error;
      const reason = error instanceof Error ? error.message : 'Unknown';
      throw new AwsError(
        'UserLambdaValidationException',
        `PreTokenGeneration failed with error ${reason}.`,
      );
    }
    return overridesOf(trigger, result);
  };
