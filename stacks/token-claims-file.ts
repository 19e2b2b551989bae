import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compileTokenClaims } from '../core/token-claims/compile.ts';

/**
 * The text of a token claims file that passed every check.
 * @throws TokenClaimsFileError naming every fault
 */
export const readTokenClaimsText = (path: string): string => {
  const text = readFileSync(path, 'utf8');
  compileTokenClaims(basename(path), text);
  return text;
};
