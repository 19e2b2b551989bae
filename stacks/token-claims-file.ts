import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compileTokenClaims } from '../core/token-claims/compile.ts';
import { changesMachineTokens } from '../core/token-claims/customize.ts';

export interface TokenClaimsFile {
  readonly text: string;
  /** Whether it has rules for machines. */
  readonly changesMachineTokens: boolean;
}

/**
 * A token claims file that passed every check.
 * @throws TokenClaimsFileError naming every fault
 */
export const readTokenClaimsFile = (path: string): TokenClaimsFile => {
  const text = readFileSync(path, 'utf8');
  const tokenClaims = compileTokenClaims(basename(path), text);
  return { text, changesMachineTokens: changesMachineTokens(tokenClaims) };
};
