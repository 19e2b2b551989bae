import type { ClaimValue } from '../contracts/caller.ts';

/** The standard attributes of a user pool that an ID token repeats as claims of the same name. */
const standardAttributes = new Set([
  'address',
  'birthdate',
  'email',
  'email_verified',
  'family_name',
  'gender',
  'given_name',
  'locale',
  'middle_name',
  'name',
  'nickname',
  'phone_number',
  'phone_number_verified',
  'picture',
  'preferred_username',
  'profile',
  'website',
  'zoneinfo',
]);

/** Stored as texts, claimed as truth values. */
const flags = new Set(['email_verified', 'phone_number_verified']);

/** Whether a claim is known without the person's token: the pool stores it under the same name. */
export const isStoredAttribute = (claim: string): boolean =>
  standardAttributes.has(claim) || /^custom:[^\s:]{1,20}$/.test(claim);

/**
 * The claims that a person's ID token would have of these attributes, and no other.
 * @param names the claims that some grant refers to
 */
export const claimsOfAttributes = (
  attributes: Readonly<Record<string, string>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, ClaimValue>> =>
  Object.fromEntries(
    [...names].flatMap((name): [string, ClaimValue][] => {
      const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      if (value === undefined || !isStoredAttribute(name)) return [];
      return [[name, flags.has(name) ? value === 'true' : value]];
    }),
  );
