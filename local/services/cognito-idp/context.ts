/** What the user pools' operations share. */
import type { Clock } from '../../../core/ports.ts';
import type { Challenges } from './challenges.ts';
import type { UserDirectory } from './directory.ts';
import type { ClientSecrets } from './secret-hash.ts';
import type { SignIns } from './sign-ins.ts';
import type { SrpExchanges } from './srp-exchanges.ts';
import type { TokenIssuer } from './user-tokens.ts';
import type { TokenSigner } from './token-signer.ts';
import { inputReader } from './read-input.ts';

export interface UserPoolContext {
  readonly clock: Clock;
  readonly poolArn: (userPoolId: string) => string;
  readonly directory: UserDirectory;
  readonly secrets: ClientSecrets;
  readonly signIns: SignIns;
  readonly challenges: Challenges;
  readonly srpExchanges: SrpExchanges;
  readonly signer: TokenSigner;
  readonly tokens: TokenIssuer;
}

export const readInput = inputReader('InvalidParameterException');
