/** What the signed operations name: a pool, and mostly somebody in it. */
import * as z from 'zod';
import type { AccessRequest } from '../../iam/policy.ts';
import { readInput } from './context.ts';
import type { UserPoolContext } from './context.ts';

export const poolInput = z.object({ UserPoolId: z.string().regex(/^[\w-]+_[0-9a-zA-Z]+$/) });

export const userInput = poolInput.extend({
  Username: z
    .string()
    .max(128)
    .regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u),
});

/** One right, on the pool that the input names. */
export const onPool =
  (context: Pick<UserPoolContext, 'poolArn'>, operation: string) =>
  (input: Record<string, unknown>): readonly AccessRequest[] => [
    {
      action: `cognito-idp:${operation}`,
      resource: context.poolArn(readInput(poolInput, input).UserPoolId),
    },
  ];
