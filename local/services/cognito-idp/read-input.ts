/** Reads an operation's input as the service's model describes it. */
import type * as z from 'zod';
import { AwsError } from '../../aws.ts';

/** AWS repeats the offending value in this message; it may be a password or a token, so here only its place is named. */
const messageOf = (issue: z.core.$ZodIssue | undefined): string => {
  const place = issue?.path.map(String).join('.') ?? '';
  const name = place.charAt(0).toLowerCase() + place.slice(1);
  return `1 validation error detected: Value at '${name}' failed to satisfy constraint: ${issue?.message ?? ''}`;
};

/** @param errorCode what this service answers to input that its model refuses */
export const inputReader =
  (errorCode: string) =>
  <T>(schema: z.ZodType<T>, input: Record<string, unknown>): T => {
    const read = schema.safeParse(input);
    if (!read.success) throw new AwsError(errorCode, messageOf(read.error.issues[0]));
    return read.data;
  };
