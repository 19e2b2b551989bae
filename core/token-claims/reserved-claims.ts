/** What Cognito lets no trigger override. @see AWS, "Pre token generation Lambda trigger", read 21 Nov 2026 */

const vouchedFor = new Set(
  (
    'acr amr at_hash aud auth_time azp client_id device_key event_id exp iat identities iss jti ' +
    'nbf nonce origin_jti sub token_use username version'
  ).split(' '),
);

const isCognitos = (claim: string): boolean =>
  vouchedFor.has(claim) || claim.startsWith('cognito:');

const scopeReason = 'scopes are changed with addScopes and suppressScopes';

/** Why this claim may not be added or overridden; null where it may. */
export const additionFault = (claim: string): string | null => {
  if (claim === 'scope') return scopeReason;
  if (claim.startsWith('dev:')) return 'Cognito lets this claim only be suppressed';
  return isCognitos(claim) ? 'Cognito lets no trigger override this claim' : null;
};

/** Why this claim may not be suppressed; null where it may. Suppressing the groups takes the roles with them. */
export const suppressionFault = (claim: string): string | null => {
  if (claim === 'scope') return scopeReason;
  return isCognitos(claim) && claim !== 'cognito:groups'
    ? 'Cognito lets no trigger suppress this claim'
    : null;
};
