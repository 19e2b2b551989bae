import type { Caller } from '../contracts/caller.ts';
import type { Warrant } from './caller-of-warrant.ts';

/** @param caller a machine with its own token */
export const warrantOf = (
  caller: Caller,
  batch: { readonly batchId: string; readonly grant: string },
  expiresAtEpochSeconds: number,
): Warrant => ({
  format: 1,
  batchId: batch.batchId,
  client: caller.client,
  clientSub: caller.sub,
  issuerAlias: caller.issuerAlias,
  scopes: [...caller.scopes],
  tokenId: caller.tokenId,
  authTimeEpochSeconds: caller.authTimeEpochSeconds,
  expiresAtEpochSeconds,
  grant: batch.grant,
});
