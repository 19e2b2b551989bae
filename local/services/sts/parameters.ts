/** STS's parameter rules, with the sentence that AWS answers to a value that breaks one. */
import { validationError } from './errors.ts';

interface TextRule {
  readonly minimum: number;
  readonly maximum: number;
  readonly pattern?: RegExp;
}

/** AWS repeats the value in its answer; this does not, as it may be a token. */
const refuse = (member: string, constraint: string): never => {
  throw validationError(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  );
};

const memberName = (parameter: string): string =>
  parameter.charAt(0).toLowerCase() + parameter.slice(1);

export const optionalText = (
  input: Record<string, unknown>,
  parameter: string,
  rule: TextRule,
): string | undefined => {
  const value = input[parameter];
  const member = memberName(parameter);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return refuse(member, 'Member must be a string');
  if (value.length < rule.minimum)
    refuse(member, `Member must have length greater than or equal to ${String(rule.minimum)}`);
  if (value.length > rule.maximum)
    refuse(member, `Member must have length less than or equal to ${String(rule.maximum)}`);
  if (rule.pattern !== undefined && !rule.pattern.test(value))
    refuse(member, `Member must satisfy regular expression pattern: ${rule.pattern.source}`);
  return value;
};

export const requiredText = (
  input: Record<string, unknown>,
  parameter: string,
  rule: TextRule,
): string =>
  optionalText(input, parameter, rule) ?? refuse(memberName(parameter), 'Member must not be null');

export const roleArnRule: TextRule = { minimum: 20, maximum: 2048 };
export const sessionNameRule: TextRule = { minimum: 2, maximum: 64, pattern: /^[\w+=,.@-]*$/ };
export const tokenRule: TextRule = { minimum: 4, maximum: 20_000 };
export const policyRule: TextRule = {
  minimum: 1,
  maximum: 2048,
  pattern: /^[\t\n\r\u0020-\u00FF]+$/u,
};
export const externalIdRule: TextRule = { minimum: 2, maximum: 1224, pattern: /^[\w+=,.@:/-]*$/ };

const longestSessionSeconds = 43_200;
const defaultSessionSeconds = 3600;

/**
 * @param minimumSeconds 900 on AWS
 * @returns whole seconds; comes as text by the query wire and as a number in process
 */
export const durationSeconds = (input: Record<string, unknown>, minimumSeconds: number): number => {
  const value = input['DurationSeconds'];
  if (value === undefined || value === null) return defaultSessionSeconds;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (!/^-?\d{1,9}$/.test(text)) return refuse('durationSeconds', 'Member must be an integer');
  const seconds = Number(text);
  if (seconds < minimumSeconds)
    refuse(
      'durationSeconds',
      `Member must have value greater than or equal to ${String(minimumSeconds)}`,
    );
  if (seconds > longestSessionSeconds)
    refuse(
      'durationSeconds',
      `Member must have value less than or equal to ${String(longestSessionSeconds)}`,
    );
  return seconds;
};

/** A list of structures; absent is empty. */
export const listOf = (
  input: Record<string, unknown>,
  parameter: string,
  maximum: number,
): readonly Record<string, unknown>[] => {
  const value = input[parameter];
  // On the query wire an empty list is an empty text.
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'object' && item !== null))
    return refuse(memberName(parameter), 'Member must be a list of structures');
  if (value.length > maximum)
    refuse(
      memberName(parameter),
      `Member must have length less than or equal to ${String(maximum)}`,
    );
  return value as readonly Record<string, unknown>[];
};
