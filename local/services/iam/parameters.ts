/** IAM's parameters, with the sentence that AWS answers to a value that breaks a rule. */
import { readIdentityPolicy } from '../../iam/identity-policy.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import { validationError } from '../sts/errors.ts';
import { optionalText, requiredText } from '../sts/parameters.ts';
import { malformedPolicy } from './errors.ts';

export type Input = Record<string, unknown>;

const nameForm = /^[\w+=,.@-]+$/;
const documentRule = { minimum: 1, maximum: 131_072, pattern: /^[\t\n\r\u0020-\u00FF]+$/u };

export const roleName = (input: Input): string =>
  requiredText(input, 'RoleName', { minimum: 1, maximum: 64, pattern: nameForm });

export const policyName = (input: Input): string =>
  requiredText(input, 'PolicyName', { minimum: 1, maximum: 128, pattern: nameForm });

export const policyArn = (input: Input): string =>
  requiredText(input, 'PolicyArn', { minimum: 20, maximum: 2048 });

export const versionId = (input: Input): string =>
  requiredText(input, 'VersionId', {
    minimum: 2,
    maximum: 32,
    pattern: /^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/,
  });

/** @throws AwsError MalformedPolicyDocumentException */
export const policyDocument = (input: Input): PolicyDocument => {
  const read = readIdentityPolicy(requiredText(input, 'PolicyDocument', documentRule));
  if ('fault' in read) throw malformedPolicy(read.fault);
  return read.document;
};

/** A role's trust: read for its outline only, as at a deployment. @throws AwsError MalformedPolicyDocumentException */
export const trustDocument = (input: Input): PolicyDocument => {
  const text = requiredText(input, 'AssumeRolePolicyDocument', documentRule);
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === 'object' && document !== null && 'Statement' in document)
      return document as PolicyDocument;
  } catch {
    // As below.
  }
  throw malformedPolicy('This policy contains invalid Json');
};

/** Comes as text by the query wire and as itself in process; absent is false. */
export const flag = (input: Input, name: string): boolean => {
  const value = input[name];
  if (value === undefined || value === false || value === 'false') return false;
  if (value === true || value === 'true') return true;
  throw validationError(`${name} must be true or false.`);
};

/** The part of a list that a call asks for. @throws AwsError ValidationError */
export const pageOf = <T>(
  input: Input,
  items: readonly T[],
): { readonly items: readonly T[]; readonly more: Record<string, unknown> } => {
  const wanted = input['MaxItems'] ?? 100;
  const most = Number(wanted);
  if (!Number.isInteger(most) || most < 1 || most > 1000)
    throw validationError('MaxItems must be between 1 and 1000.');
  const marker = optionalText(input, 'Marker', { minimum: 1, maximum: 320, pattern: /^\d{1,6}$/ });
  const from = Number(marker ?? 0);
  const next = from + most;
  const isTruncated = next < items.length;
  return {
    items: items.slice(from, next),
    more: { IsTruncated: isTruncated, ...(isTruncated ? { Marker: String(next) } : {}) },
  };
};

/** As IAM writes policies into its answers: RFC 3986, which leaves fewer characters than JavaScript does. */
export const encodedDocument = (document: PolicyDocument): string =>
  encodeURIComponent(JSON.stringify(document)).replaceAll(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
