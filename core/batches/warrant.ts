import type { Caller } from '../contracts/caller.ts';

/**
 * What a machine's token was good for when its batch began, sealed for the purpose `warrant`. It outlives the
 * token, but not the client: it is a sign-in of that time, and is refused like one when something is revoked.
 */
export interface Warrant {
  readonly format: 1;
  readonly batchId: string;
  readonly client: string;
  /** The machine's own `sub`: its app client's id. */
  readonly clientSub: string;
  readonly issuerAlias: string;
  readonly scopes: readonly string[];
  readonly tokenId: string | null;
  readonly authTimeEpochSeconds: number;
  readonly expiresAtEpochSeconds: number;
  /** The only grant that it may be used for. */
  readonly grant: string;
}

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
