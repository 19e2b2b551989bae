/** What may stand in a policy of a role or of a session: such a policy names no principal. */
import { isConditionOperator } from './conditions.ts';
import { asList } from './policy.ts';
import type { PolicyDocument } from './policy.ts';

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
    return 'Syntax errors in policy: an element is not allowed in an identity-based policy.';
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

const faultOfDocument = (document: unknown): string | null => {
  if (!isObject(document)) return 'Syntax errors in policy.';
  const { Version: version, Statement: statement } = document as Record<string, unknown>;
  const known = Object.keys(document).every((name) =>
    ['Version', 'Id', 'Statement'].includes(name),
  );
  const versionIsSound =
    version === undefined || version === '2012-10-17' || version === '2008-10-17';
  if (!known || !versionIsSound) return 'Syntax errors in policy.';
  const statements = Array.isArray(statement) ? (statement as unknown[]) : [statement];
  if (statements.length === 0) return 'Policy statement must contain resources.';
  return statements.map(faultOfStatement).find((fault) => fault !== null) ?? null;
};

/** The fault is the sentence that AWS answers with `MalformedPolicyDocument`. */
export const readIdentityPolicy = (
  text: string,
): { readonly document: PolicyDocument } | { readonly fault: string } => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { fault: 'This policy contains invalid Json' };
  }
  const fault = faultOfDocument(document);
  return fault === null ? { document: document as PolicyDocument } : { fault };
};
