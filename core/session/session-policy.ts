import type { Caller } from '../contracts/caller.ts';
import { StepkeyError } from '../errors.ts';
import type { GrantStatement } from '../grants/grant.ts';
import { escapeForIam, fillPlaceholders, mapTexts } from '../template.ts';
import { isSubjectPlaceholder, policyValue, policyValueOfCaller } from './subject-values.ts';

/** @see STS API Reference, AssumeRoleWithWebIdentity: Policy, 1–2,048 characters of this alphabet */
const maximumPolicyCharacters = 2048;
const policyAlphabet = /^[\t\n\r\u0020-\u00ff]+$/;

/**
 * Fills everything but `{{identityId}}` into a grant's session policy. Built as an object, so that no value
 * can end a string; each value is checked against its alphabet and made literal.
 * @returns JSON text
 * @throws Session.ValueRefused when a value is missing or has a character that its kind may not have
 */
export const renderSessionPolicyTemplate = (
  statements: readonly GrantStatement[],
  caller: Caller,
  templateValues: Readonly<Record<string, string>>,
): string => {
  const known = sameForAll.get(statements);
  if (known?.templateValues === templateValues) return known.rendered;
  const callersValues: string[] = [];
  const rendered = JSON.stringify({
    Version: '2012-10-17',
    Statement: mapTexts(statements, (text) =>
      fillPlaceholders(text, (name) => {
        if (name === 'identityId') return undefined;
        if (!isSubjectPlaceholder(name)) return templateValues[name];
        const value = escapeForIam(policyValueOfCaller(caller, name));
        callersValues.push(value);
        return value;
      }),
    ),
  });
  if (callersValues.length === 0) sameForAll.set(statements, { templateValues, rendered });
  return rendered;
};

/** Templates that have no value of a caller in them but the identity, which comes later: a decision need not render them. */
const sameForAll = new WeakMap<
  readonly GrantStatement[],
  { readonly templateValues: Readonly<Record<string, string>>; readonly rendered: string }
>();

/**
 * Completes the template with the identity, which is known once the subject is registered.
 * @returns the policy as STS gets it, ≤ 2,048 characters
 * @throws Session.PolicyTooLarge beyond that
 * @throws Session.ValueRefused when a placeholder is left or a character is outside STS's alphabet
 */
export const completeSessionPolicy = (template: string, identityId: string): string => {
  const policy = fillIdentity(template, identityId);
  if (policy.includes('{{') || !policyAlphabet.test(policy)) {
    throw new StepkeyError('Session.ValueRefused');
  }
  if (policy.length > maximumPolicyCharacters) throw new StepkeyError('Session.PolicyTooLarge');
  return policy;
};

const fillIdentity = (template: string, identityId: string): string => {
  const value = escapeForIam(policyValue('identityId', identityId));
  return JSON.stringify(
    mapTexts(JSON.parse(template) as unknown, (text) =>
      fillPlaceholders(text, (name) => (name === 'identityId' ? value : undefined)),
    ),
  );
};

/**
 * What the characters of a session policy are spent on. The sum is the policy's length, also where that is too large.
 * @param identityId null while it is not known: then its placeholder counts
 */
export const sessionPolicyParts = (
  template: string,
  identityId: string | null,
): { part: string; characters: number }[] => {
  const policy = identityId === null ? template : fillIdentity(template, identityId);
  const { Statement } = JSON.parse(policy) as { readonly Statement: readonly unknown[] };
  const statements = Statement.map((statement, index) => ({
    part: `statements.${String(index)}`,
    characters: JSON.stringify(statement).length,
  }));
  const sum = statements.reduce((total, { characters }) => total + characters, 0);
  return [...statements, { part: 'frame', characters: policy.length - sum }];
};
