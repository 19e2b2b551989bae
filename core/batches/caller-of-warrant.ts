import * as z from '../zod.ts';
import type { Caller } from '../contracts/caller.ts';
import { StepkeyError } from '../errors.ts';

const warrantSchema = z.strictObject({
  format: z.literal(1),
  batchId: z.string().check(z.minLength(1)),
  client: z.string().check(z.minLength(1)),
  /** The machine's own `sub`: its app client's id. */
  clientSub: z.string().check(z.minLength(1)),
  issuerAlias: z.string().check(z.minLength(1)),
  scopes: z.array(z.string()),
  tokenId: z.nullable(z.string()),
  authTimeEpochSeconds: z.int().check(z.positive()),
  expiresAtEpochSeconds: z.int().check(z.positive()),
  /** The only grant that it may be used for. */
  grant: z.string().check(z.minLength(1)),
});

/**
 * What a machine's token was good for when its batch began, sealed for the purpose `warrant`. It outlives the
 * token, but not the client: it is a sign-in of that time, and is refused like one when something is revoked.
 */
export type Warrant = z.infer<typeof warrantSchema>;

/**
 * The machine that a warrant speaks for, as its own token would have said it.
 * @param plaintext as opened from the purpose `warrant`
 * @param grant for which it is presented
 * @throws Token.Expired when its time is over
 * @throws Token.Invalid when it is presented for another grant, or is of another shape
 */
export const callerOfWarrant = (
  plaintext: string,
  grant: string | null,
  nowEpochSeconds: number,
): Caller => {
  // control SEC-13
  const warrant = read(plaintext);
  if (warrant.grant !== grant) throw new StepkeyError('Token.Invalid');
  if (warrant.expiresAtEpochSeconds <= nowEpochSeconds) throw new StepkeyError('Token.Expired');
  return {
    subject: `${warrant.issuerAlias}:${warrant.clientSub}`,
    issuerAlias: warrant.issuerAlias,
    sub: warrant.clientSub,
    username: null,
    client: warrant.client,
    actor: null,
    tokenUse: 'access',
    kind: 'machine',
    scopes: warrant.scopes,
    tokenId: warrant.tokenId,
    authTimeEpochSeconds: warrant.authTimeEpochSeconds,
    expiresAtEpochSeconds: warrant.expiresAtEpochSeconds,
    groups: [],
    roles: [],
    preferredRole: null,
    claims: {},
  };
};

const read = (plaintext: string): Warrant => {
  try {
    return warrantSchema.parse(JSON.parse(plaintext));
  } catch {
    // The parser's complaint may quote what it was given.
    throw new StepkeyError('Token.Invalid');
  }
};
