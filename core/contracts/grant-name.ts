import * as z from '../zod.ts';

/** As grant files are named: what was asked for goes into the record of a denial, so that it cannot be any text. */
export const grantName = z
  .string()
  .check(
    z.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1–32 of a–z, 0–9 and -, starting with a letter'),
    z.describe('Name of a grant.'),
  );
