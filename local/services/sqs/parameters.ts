/** The calls' inputs. No refusal repeats a body. */
import * as z from 'zod';
import { invalidMessageContents, invalidValue, missing } from './errors.ts';
import type { MessageAttribute } from './model.ts';

export type Input = Record<string, unknown>;

export const requiredText = (input: Input, name: string): string => {
  const value = input[name];
  if (value === undefined || value === null || value === '') throw missing(name);
  if (typeof value !== 'string') throw invalidValue(name, 'Must be a text');
  return value;
};

/** Whole numbers; absent is the fallback. */
export const numberIn = (
  input: Input,
  name: string,
  [least, most]: readonly [number, number],
  fallback: number,
): number => {
  const value = input[name] ?? fallback;
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most)
    throw invalidValue(name, `Must be >= ${String(least)} and <= ${String(most)}, if provided`);
  return Number(value);
};

export const textsIn = (input: Input, ...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => {
    const value = input[name] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw invalidValue(name, 'Must be a list of texts');
  });

const attributes = z
  .record(
    z.string().regex(/^[\w.-]{1,256}$/u),
    z.object({
      DataType: z.string().regex(/^(?:String|Number|Binary)(?:\.[\w.-]+)?$/u),
      StringValue: z.string().min(1).optional(),
      BinaryValue: z.string().min(1).optional(),
    }),
  )
  .default({});

const hasItsValue = ({ DataType, StringValue, BinaryValue }: MessageAttribute): boolean =>
  DataType.startsWith('Binary') ? BinaryValue !== undefined : StringValue !== undefined;

export const attributesIn = (input: Input): Readonly<Record<string, MessageAttribute>> => {
  const read = attributes.safeParse(input['MessageAttributes']);
  const isSound =
    read.success &&
    Object.keys(read.data).length <= 10 &&
    Object.values(read.data).every(hasItsValue);
  if (!isSound) throw invalidValue('MessageAttributes', 'Must be at most ten typed values');
  return read.data;
};

/** Tab, line feed, carriage return, and what XML allows above. */
const isAllowed = (body: string): boolean =>
  !/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(body);

/** @throws AwsError when it is empty, over the queue's limit, or has characters that are not allowed */
export const bodyIn = (
  input: Input,
  sent: Readonly<Record<string, MessageAttribute>>,
  mostBytes: number,
): string => {
  const body = requiredText(input, 'MessageBody');
  if (!isAllowed(body)) throw invalidMessageContents();
  const size = Object.entries(sent).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum +
      Buffer.byteLength(name + DataType + StringValue) +
      Buffer.from(BinaryValue, 'base64').length,
    Buffer.byteLength(body),
  );
  if (size > mostBytes)
    throw invalidValue('MessageBody', `Message must be shorter than ${String(mostBytes)} bytes`);
  return body;
};
