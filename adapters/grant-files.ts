import { readFileSync } from 'node:fs';

import * as z from '../core/zod.ts';
import { StepkeyError } from '../core/errors.ts';
import { grantFileSchema, type Grant } from '../core/grants/grant.ts';

const namedGrants = z
  .array(z.extend(grantFileSchema, { name: z.string().check(z.minLength(1)) }))
  .check(z.minLength(1));

/**
 * The grants that were deployed beside a function.
 * @param path of grants.json
 * @throws Config.Invalid when the file is missing or a grant in it is not one
 */
export const readGrants = (path: string): readonly Grant[] => {
  const invalid = (fault: string, cause: unknown) =>
    new StepkeyError('Config.Invalid', { faults: [fault], cause });
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw invalid('grants.json cannot be read as JSON', error);
  }
  const parsed = namedGrants.safeParse(content);
  if (parsed.success) return parsed.data;
  throw invalid(`grants.json: ${z.prettifyError(parsed.error)}`, parsed.error);
};
