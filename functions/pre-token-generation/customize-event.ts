import {
  customizeMachineToken,
  customizeTokens,
  type AccessTokenCustomization,
  type Machine,
  type TokenCustomization,
} from '../../core/token-claims/customize.ts';
import type { ClaimValue, TokenClaims } from '../../core/token-claims/token-claims.ts';

/**
 * Cognito's event, as far as it is read here; versions 2 and 3 have the same shape.
 * @see AWS, "Pre token generation Lambda trigger", read 21 Nov 2026
 */
export interface PreTokenGenerationEvent {
  readonly version: string;
  readonly triggerSource: string;
  readonly callerContext?: { readonly clientId?: string };
  readonly request: {
    /** Those that the access token would have. */
    readonly scopes?: readonly string[] | null;
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
 * Answers Cognito's event with what the tokens are to say.
 * @throws TypeError for a version or a trigger that is not known, and where an event does not say which machine asks:
 * no token rather than one that no rule saw
 */
export const customizeEvent = <Event extends PreTokenGenerationEvent>(
  config: TokenClaims,
  event: Event,
): Event & { readonly response: object } => {
  const details = detailsName(event.version);
  if (event.triggerSource === machineTrigger) {
    const accessTokenGeneration = accessTokenChanges(
      customizeMachineToken(config, machineOf(event)),
    );
    return { ...event, response: { [details]: { accessTokenGeneration } } };
  }
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

const machineOf = ({ version, callerContext, request }: PreTokenGenerationEvent): Machine => {
  const { clientId } = callerContext ?? {};
  if (version !== '3' || clientId === undefined || !request.scopes) {
    throw new TypeError('The event does not say which machine asks.');
  }
  return { clientId, scopes: request.scopes };
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

const laterVersion = (customization: TokenCustomization) => ({
  idTokenGeneration: {
    claimsToAddOrOverride: customization.idToken.add,
    claimsToSuppress: customization.idToken.suppress,
  },
  accessTokenGeneration: accessTokenChanges(customization),
});

const accessTokenChanges = ({ accessToken, scopes }: AccessTokenCustomization) => ({
  claimsToAddOrOverride: accessToken.add,
  claimsToSuppress: accessToken.suppress,
  scopesToAdd: scopes.add,
  scopesToSuppress: scopes.suppress,
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
