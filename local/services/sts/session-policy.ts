/** Session policies as parameters: read, checked, and measured against the packed limit. */
import { deflateRawSync } from 'node:zlib';

import { readIdentityPolicy } from '../../iam/identity-policy.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import { malformedPolicy, packedPolicyTooLarge } from './errors.ts';

/** @throws AwsError MalformedPolicyDocumentException when the text is not a session policy */
export const parseSessionPolicy = (text: string): PolicyDocument => {
  const read = readIdentityPolicy(text);
  if ('fault' in read) throw malformedPolicy(read.fault);
  return read.document;
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
