/** Session policies as parameters: read, checked, and measured against the packed limit. */
import { deflateRawSync } from 'node:zlib';

import { isConditionOperator } from '../../iam/conditions.ts';
import { asList } from '../../iam/policy.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import { malformedPolicy, packedPolicyTooLarge } from './errors.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTextOrTexts = (value: unknown): value is string | readonly string[] =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string'));

const isScalar = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

const statementElements = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

const exactlyOne = (statement: Json, names: readonly [string, string], form: RegExp): boolean => {
  const present = names.filter((name) => statement[name] !== undefined);
  const value = statement[present[0] ?? ''];
  return (
    present.length === 1 && isTextOrTexts(value) && asList(value).every((one) => form.test(one))
  );
};

const conditionIsSound = (condition: unknown): boolean =>
  condition === undefined ||
  (isObject(condition) &&
    Object.entries(condition).every(
      ([operator, tests]) =>
        isConditionOperator(operator) &&
        isObject(tests) &&
        Object.values(tests).every((expected) =>
          Array.isArray(expected) ? expected.every(isScalar) : isScalar(expected),
        ),
    ));

const faultOfStatement = (statement: unknown): string | null => {
  if (!isObject(statement)) return 'Syntax errors in policy.';
  if (!Object.keys(statement).every((name) => statementElements.has(name)))
    return 'Syntax errors in policy: an element is not allowed in a session policy.';
  const { Sid: sid, Effect: effect, Condition: condition } = statement as Record<string, unknown>;
  if (sid !== undefined && !(typeof sid === 'string' && /^[0-9A-Za-z]*$/.test(sid)))
    return 'Statement IDs (SID) must be alpha-numeric.';
  if (effect !== 'Allow' && effect !== 'Deny') return 'Syntax errors in policy: Effect.';
  if (!exactlyOne(statement, ['Action', 'NotAction'], /^(?:\*|[\w-]+:[\w*?-]+)$/))
    return 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
  if (!exactlyOne(statement, ['Resource', 'NotResource'], /^(?:\*|arn:.+)$/s))
    return 'Resource must be in ARN format or "*".';
  return conditionIsSound(condition) ? null : 'Syntax errors in policy: Condition.';
};

/** @throws AwsError MalformedPolicyDocumentException when the text is not a session policy */
export const parseSessionPolicy = (text: string): PolicyDocument => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformedPolicy('This policy contains invalid Json');
  }
  if (!isObject(document)) throw malformedPolicy('Syntax errors in policy.');
  const { Version: version, Statement: statement } = document as Record<string, unknown>;
  const known = Object.keys(document).every((name) =>
    ['Version', 'Id', 'Statement'].includes(name),
  );
  const versionIsSound =
    version === undefined || version === '2012-10-17' || version === '2008-10-17';
  if (!known || !versionIsSound) throw malformedPolicy('Syntax errors in policy.');
  const statements = Array.isArray(statement) ? (statement as unknown[]) : [statement];
  if (statements.length === 0) throw malformedPolicy('Policy statement must contain resources.');
  for (const one of statements) {
    const fault = faultOfStatement(one);
    if (fault !== null) throw malformedPolicy(fault);
  }
  return document as unknown as PolicyDocument;
};

/** STS keeps its binary limit to itself; this one is assumed, with deflate in the place of AWS's packing. */
const packedLimitBytes = 1024;
const plaintextLimitCharacters = 2048;

/**
 * Size of policies and tags together, in per cent of the packed limit, rounded up.
 * @throws AwsError PackedPolicyTooLargeException above 100
 */
export const packedPolicySizePercent = (
  policy: string | undefined,
  policyArns: readonly string[],
  tags: Readonly<Record<string, string>>,
): number => {
  const parts = [policy ?? '', ...policyArns];
  const tagParts = Object.entries(tags).flat();
  const packed = deflateRawSync([...parts, ...tagParts].join('\n')).length;
  const isEmpty = [...parts, ...tagParts].every((part) => part === '');
  const percent = isEmpty ? 0 : Math.ceil((packed / packedLimitBytes) * 100);
  const plainPercent = Math.ceil((parts.join('').length / plaintextLimitCharacters) * 100);
  if (percent > 100 || plainPercent > 100)
    throw packedPolicyTooLarge(Math.max(percent, plainPercent));
  return percent;
};
