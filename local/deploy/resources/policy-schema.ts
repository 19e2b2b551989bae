import * as z from 'zod';
import type { PolicyDocument } from '../../iam/policy.ts';

/** Read for its outline only: what a statement means is for the evaluation to say. */
export const policyDocument = z.custom<PolicyDocument>(
  (value) => typeof value === 'object' && value !== null && 'Statement' in value,
  'must be a policy document',
);

export const tagRecord = (
  tags: readonly { readonly Key: string; readonly Value: string }[] | undefined,
): Record<string, string> => Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value]));

export const tagList = z.array(z.object({ Key: z.string(), Value: z.string() })).optional();
