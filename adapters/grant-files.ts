import { readFileSync } from 'node:fs';

import * as z from 'zod';

import { StepkeyError } from '../core/errors.ts';
import { grantFileSchema, type Grant } from '../core/grants/grant.ts';

const namedGrants = z.array(grantFileSchema.extend({ name: z.string().min(1) })).min(1);

/**
 * The grants that were deployed beside a function.
 * @param path of grants.json
 * @throws Config.Invalid when the file is missing or a grant in it is not one
 */
export const readGrants = (path: string): readonly Grant[] => {
  try {
    return namedGrants.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new StepkeyError('Config.Invalid', {
      faults: [
        error instanceof z.ZodError
          ? `grants.json: ${z.prettifyError(error)}`
          : 'grants.json cannot be read as JSON',
      ],
      cause: error,
    });
  }
};
