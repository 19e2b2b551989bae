/** The exchanges of SRP that are under way, and what somebody who is not there is answered. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import type { KeyVault } from '../../state/keys.ts';
import { secretHash } from './secret-hash.ts';
import { srpVerifierOf } from './srp.ts';
import type { SrpExchange, SrpIdentity, SrpVerifier } from './srp.ts';

interface StartedExchange {
  readonly clientId: string;
  readonly identity: SrpIdentity;
  readonly verifier: SrpVerifier;
  readonly exchange: SrpExchange;
  readonly clientPublicValue: string;
  readonly expiresAtEpochMillis: number;
}

/** Exchanges that wait for their proof; in memory only, as they hold what must not be written. */
export interface SrpExchanges {
  /** @returns `SECRET_BLOCK` */
  readonly keep: (started: StartedExchange) => string;
  /** Serves once, whatever becomes of it. */
  readonly take: (secretBlock: string) => StartedExchange | null;
  /** What somebody who is not there is answered: the same each time, and proved by nobody. */
  readonly decoy: (identity: SrpIdentity) => Promise<SrpVerifier>;
}

const secretBlockBytes = 256;
const saltHexDigits = 32;

export const createSrpExchanges = (clock: Clock, vault: KeyVault): SrpExchanges => {
  const started = new Map<string, StartedExchange>();
  const forgetExpired = (): void => {
    for (const [block, { expiresAtEpochMillis }] of started)
      if (expiresAtEpochMillis <= clock.nowEpochMillis()) started.delete(block);
  };
  return {
    keep: (exchange) => {
      forgetExpired();
      const block = randomBytes(secretBlockBytes).toString('base64');
      started.set(block, exchange);
      return block;
    },
    take: (block) => {
      forgetExpired();
      const exchange = started.get(block) ?? null;
      started.delete(block);
      return exchange;
    },
    decoy: async (identity) => {
      const key = (await vault.secret('srp-decoys')).toString('hex');
      const digest = Buffer.from(secretHash(key, identity.userId, identity.userPoolId), 'base64');
      const salt = `5${digest.toString('hex').slice(1, saltHexDigits)}`;
      return srpVerifierOf(identity, randomBytes(secretBlockBytes).toString('base64'), salt);
    },
  };
};
