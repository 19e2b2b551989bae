import type { HypotheticalCaller } from '../contracts/api-requests.ts';
import type { Caller } from '../contracts/caller.ts';
import { StepkeyError } from '../errors.ts';
import type { UserPool } from '../user-pools.ts';
import { readCaller } from './read-caller.ts';

/** A `sub` that nobody has. */
const nobody = '00000000-0000-4000-8000-000000000000';
const lifetimeSeconds = 3600;

/**
 * The caller whom a token with these claims would establish, by the same reading as a real one's. What the claims leave
 * out is as of a token of the asking person's user pool, just made, through the client that is named.
 * @param asking whose user pool is meant where the claims name no issuer
 * @throws Token.Invalid, Token.Expired as a token with these claims would be refused
 */
export const imagineCaller = (
  { claims, client }: HypotheticalCaller,
  asking: Pick<Caller, 'issuerAlias' | 'client'>,
  context: {
    readonly userPools: readonly UserPool[];
    readonly referencedClaims: ReadonlySet<string>;
    readonly nowEpochSeconds: number;
  },
): Caller => {
  const door = claims['token_use'] === 'access' ? 'access' : 'id';
  const pool = context.userPools.find(({ alias }) => alias === asking.issuerAlias);
  if (pool === undefined) throw new StepkeyError('Config.Invalid');
  const named = Object.hasOwn(pool.clients, client ?? asking.client)
    ? pool.clients[client ?? asking.client]
    : undefined;
  return readCaller(
    {
      sub: nobody,
      iss: pool.issuer,
      [door === 'id' ? 'aud' : 'client_id']: named,
      token_use: door,
      iat: context.nowEpochSeconds,
      exp: context.nowEpochSeconds + lifetimeSeconds,
      ...claims,
    },
    door,
    context,
  );
};
