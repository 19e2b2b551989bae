import * as z from '../zod.ts';

/** Of the header `Idempotency-Key`, in the shape of the draft RFC: visible ASCII. */
export const idempotencyKey = z
  .string()
  .check(z.regex(/^[\x21-\x7e]{1,255}$/, 'must be 1–255 visible ASCII characters'));
