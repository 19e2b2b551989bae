import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { StepkeyError } from '../core/errors.ts';
import { compileTokenClaims } from '../core/token-claims/compile.ts';
import { FileFaultsError, faultLine } from '../core/file-faults.ts';
import type { TokenClaims } from '../core/token-claims/token-claims.ts';

/**
 * The token claims that were deployed beside the function.
 * @throws Config.Invalid when the file is missing, or naming each of its faults
 */
export const readTokenClaims = (path: string): TokenClaims => {
  const file = basename(path);
  try {
    return compileTokenClaims(file, readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StepkeyError('Config.Invalid', {
      faults:
        error instanceof FileFaultsError ? error.faults.map(faultLine) : [`${file} cannot be read`],
      cause: error,
    });
  }
};
