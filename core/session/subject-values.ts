import type { Caller, ClaimValue } from '../contracts/caller.ts';
import { StepkeyError } from '../errors.ts';

/** Placeholders that stand for verified values of one caller, beside `{{claim:<name>}}`. */
const subjectPlaceholders = ['identityId', 'subject', 'sub', 'client'] as const;
export const claimPrefix = 'claim:';

export const isSubjectPlaceholder = (name: string): boolean =>
  (subjectPlaceholders as readonly string[]).includes(name) || name.startsWith(claimPrefix);

/**
 * What each kind of value may look like in a session policy. Refused, not mended, when it does not: no `/`,
 * so that a value stays one segment of a path; no pattern character, brace or quote.
 */
const identityIdAlphabet = /^[\w-]+:[0-9a-f-]+$/;
const policyAlphabets: Readonly<Record<string, RegExp>> = {
  identityId: identityIdAlphabet,
  subject: /^[A-Za-z0-9_.:=+@-]{1,160}$/,
  sub: /^[A-Za-z0-9_.:=+@-]{1,128}$/,
  client: /^[a-z][a-z0-9-]*$/,
};
/** Whether this can be an identity pool's name of somebody: `<region>:<uuid>`. */
export const isIdentityId = (value: string): boolean => identityIdAlphabet.test(value);

const claimInPolicy = /^[A-Za-z0-9_.:=+@-]{1,256}$/;

/** STS's alphabet for tag values; no comma. @see STS API Reference, Tag */
const tagAlphabet = /^[A-Za-z0-9 _.:/=+@-]{1,256}$/;

/** The raw value behind a placeholder; undefined for `identityId`, which is known only after registration. */
const rawValueOf = (caller: Caller, name: string): ClaimValue | undefined => {
  if (name === 'subject') return caller.subject;
  if (name === 'sub') return caller.sub;
  if (name === 'client') return caller.client;
  return name.startsWith(claimPrefix) ? caller.claims[name.slice(claimPrefix.length)] : undefined;
};

/**
 * A value as a session policy may carry it.
 * @throws Session.ValueRefused when it is absent, a list, or has a character outside its alphabet
 */
export const policyValue = (name: string, value: ClaimValue | undefined): string => {
  // control SEC-07
  const alphabet = policyAlphabets[name] ?? claimInPolicy;
  if (value === undefined || typeof value === 'object' || !alphabet.test(String(value))) {
    throw new StepkeyError('Session.ValueRefused');
  }
  return String(value);
};

export const policyValueOfCaller = (caller: Caller, name: string): string =>
  policyValue(name, rawValueOf(caller, name));

/**
 * A value as a principal tag may carry it. A list becomes `:a:b:`, so that a policy can look for `*:a:*`.
 * @throws Session.ValueRefused when it is absent, empty, too long, or has a character that STS refuses
 */
export const tagValueOfCaller = (caller: Caller, name: string): string => {
  const value = rawValueOf(caller, name);
  // A text that looks like an encoded list would pass for one.
  const isMisleading =
    typeof value === 'object'
      ? value.some((item) => item === '' || item.includes(':'))
      : String(value).startsWith(':');
  if (isMisleading) throw new StepkeyError('Session.ValueRefused');
  return tagValue(typeof value === 'object' ? `:${value.join(':')}:` : value);
};

export const tagValue = (value: ClaimValue | undefined): string => {
  const text = value === undefined ? '' : String(value);
  if (!tagAlphabet.test(text)) throw new StepkeyError('Session.ValueRefused');
  return text;
};
