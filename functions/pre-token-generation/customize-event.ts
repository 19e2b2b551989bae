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
  const customization = customizeTokens(config, {
    groups: event.request.groupConfiguration?.groupsToOverride ?? [],
    attributes: event.request.userAttributes ?? {},
  });
  const overrides =
    event.version === '1' ? firstVersion(customization) : laterVersion(customization);
  return { ...event, response: { [details]: overrides } };
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

/** Texts, for the ID token only; the groups reach both tokens. */
const firstVersion = ({ idToken, groups }: TokenCustomization) => ({
  claimsToAddOrOverride: Object.fromEntries(
    Object.entries(idToken.add).map(([name, value]) => [name, textOf(value)]),
  ),
  claimsToSuppress: idToken.suppress,
  ...groupOverride(groups),
});

const textOf = (value: ClaimValue): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const laterVersion = ({ idToken, accessToken, scopes, groups }: TokenCustomization) => ({
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
  ...groupOverride(groups),
});

/** Cognito replaces what is given, takes an empty object for no group, and leaves the groups alone without one. */
const groupOverride = (groups: TokenCustomization['groups']): object => {
  if (!groups) return {};
  const isNone = groups.groups.length === 0 && groups.roles.length === 0;
  return {
    groupOverrideDetails: isNone
      ? {}
      : {
          groupsToOverride: groups.groups,
          iamRolesToOverride: groups.roles,
          ...(groups.preferredRole === undefined ? {} : { preferredRole: groups.preferredRole }),
        },
  };
};
