import { customizeTokens, type TokenCustomization } from '../../core/token-claims/customize.ts';
import type { ClaimValue, TokenClaims } from '../../core/token-claims/token-claims.ts';

/**
 * Cognito's event, as far as it is read here; versions 2 and 3 have the same shape.
 * @see AWS, "Pre token generation Lambda trigger", read 21 Nov 2026
 */
export interface PreTokenGenerationEvent {
  readonly version: string;
  readonly triggerSource: string;
  readonly request: {
    readonly userAttributes?: Readonly<Record<string, string>> | null;
    readonly groupConfiguration?: {
      readonly groupsToOverride?: readonly string[] | null;
    } | null;
  };
}

/** Every way by which a person comes to tokens. */
const personalTriggers = [
  'TokenGeneration_HostedAuth',
  'TokenGeneration_Authentication',
  'TokenGeneration_NewPasswordChallenge',
  'TokenGeneration_AuthenticateDevice',
  'TokenGeneration_RefreshTokens',
];
const machineTrigger = 'TokenGeneration_ClientCredentials';

/**
 * Answers Cognito's event with what the tokens are to say; a machine's tokens stay as they are.
 * @throws TypeError for a version or a trigger that is not known: no token rather than one that no rule saw
 */
export const customizeEvent = <Event extends PreTokenGenerationEvent>(
  config: TokenClaims,
  event: Event,
): Event & { readonly response: object } => {
  const details = detailsName(event.version);
  if (event.triggerSource === machineTrigger) return { ...event, response: { [details]: {} } };
  if (!personalTriggers.includes(event.triggerSource)) {
    throw new TypeError('The trigger source is not known.');
  }
  const { userAttributes, groupConfiguration } = event.request;
  const customization = customizeTokens(config, {
    groups: groupConfiguration?.groupsToOverride ?? [],
    attributes: userAttributes ?? {},
  });
  const changes = event.version === '1' ? firstVersion(customization) : laterVersion(customization);
  const groups = customization.groups ? groupOverride(customization.groups) : groupConfiguration;
  return {
    ...event,
    // Cognito's documented way of leaving the groups alone is to hand it back its own configuration.
    response: { [details]: { ...changes, ...(groups ? { groupOverrideDetails: groups } : {}) } },
  };
};

const detailsName = (version: string): string => {
  switch (version) {
    case '1':
      return 'claimsOverrideDetails';
    case '2':
    case '3':
      return 'claimsAndScopeOverrideDetails';
    default:
      throw new TypeError('The version of the event is not known.');
  }
};

/** Texts, for the ID token only. */
const firstVersion = ({ idToken }: TokenCustomization) => ({
  claimsToAddOrOverride: Object.fromEntries(
    Object.entries(idToken.add).map(([name, value]) => [name, textOf(value)]),
  ),
  claimsToSuppress: idToken.suppress,
});

const textOf = (value: ClaimValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const laterVersion = ({ idToken, accessToken, scopes }: TokenCustomization) => ({
  idTokenGeneration: {
    claimsToAddOrOverride: idToken.add,
    claimsToSuppress: idToken.suppress,
  },
  accessTokenGeneration: {
    claimsToAddOrOverride: accessToken.add,
    claimsToSuppress: accessToken.suppress,
    scopesToAdd: scopes.add,
    scopesToSuppress: scopes.suppress,
  },
});

/** Cognito replaces what is given, and takes an empty object for no group. */
const groupOverride = (groups: NonNullable<TokenCustomization['groups']>): object =>
  groups.groups.length === 0 && groups.roles.length === 0
    ? {}
    : {
        groupsToOverride: groups.groups,
        iamRolesToOverride: groups.roles,
        ...(groups.preferredRole === undefined ? {} : { preferredRole: groups.preferredRole }),
      };
