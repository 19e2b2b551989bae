import { JwtVerifier } from 'aws-jwt-verify';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import {
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwtExpiredError,
  JwtInvalidClaimError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import type { Fetcher } from 'aws-jwt-verify/https';
import { SimpleJwksCache, SimplePenaltyBox, type Jwks } from 'aws-jwt-verify/jwk';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';

import type { Door } from '../core/contracts/caller.ts';
import { StepkeyError } from '../core/errors.ts';
import type { Clock, TokenVerifier } from '../core/ports.ts';
import type { UserPool } from '../core/user-pools.ts';
import { boundedJwksFetcher } from './jwks-fetcher.ts';
import { createVerifiedTokens } from './verified-tokens.ts';

/** After an unknown key id, keys are fetched again at the earliest when this has passed. */
const penaltySeconds = 10;

/**
 * What may be said of a refused token: the library's own messages quote it.
 * Literals, because a minified bundle renames the classes.
 */
const reasons = [
  [JwtParseError, 'not a JWT'],
  [KidNotFoundInJwksError, 'the key is unknown'],
  [WaitPeriodNotYetEndedJwkError, 'the key is unknown, and was not looked for so soon again'],
  [JwtInvalidSignatureError, 'the signature is wrong'],
  [JwtNotBeforeError, 'not valid yet'],
  [JwtInvalidClaimError, 'a claim is not as demanded'],
] as const;

const refusal = (error: unknown): StepkeyError => {
  const [, reason] = reasons.find(([type]) => error instanceof type) ?? [null, 'not acceptable'];
  return new StepkeyError('Token.Invalid', { cause: new Error(reason) });
};

const isKeyFailure = (error: unknown): boolean =>
  error instanceof FetchError ||
  error instanceof JwksValidationError ||
  error instanceof JwkValidationError;

const jwksUriOf = (pool: UserPool, endpoint: string | null): string =>
  endpoint === null
    ? `${pool.issuer}/.well-known/jwks.json`
    : `${endpoint.replace(/\/$/, '')}/${pool.userPoolId}/.well-known/jwks.json`;

/** Tells when other keys hold than before. */
class WatchedJwksCache extends SimpleJwksCache {
  readonly #changed: () => void;
  readonly #keySets = new Map<string, string>();

  constructor(fetcher: Fetcher, changed: () => void) {
    super({ fetcher, penaltyBox: new SimplePenaltyBox({ waitSeconds: penaltySeconds }) });
    this.#changed = changed;
  }

  /** Every key set that the cache takes comes this way, and holds from before this resolves. */
  override async getJwks(uri: string): Promise<Jwks> {
    const jwks = await super.getJwks(uri);
    const before = this.#keySets.get(uri);
    const keySet = JSON.stringify(jwks);
    this.#keySets.set(uri, keySet);
    // An unknown key id has the same keys fetched again: that alone must not cost anybody anything.
    if (before !== undefined && before !== keySet) this.#changed();
    return jwks;
  }
}

/**
 * Verifies tokens of the given pools. Keys are fetched on first need, kept, and fetched again for a key id
 * that is not among them: at most once per penalty window, whatever is presented.
 * @param endpoint base URL of the AWS services where it is overridden, else null
 * @param keepBy the clock of what is kept; without it, each presentation of a token is verified anew
 */
export const userPoolTokenVerifier = (options: {
  readonly userPools: readonly UserPool[];
  readonly endpoint: string | null;
  readonly fetcher?: Fetcher;
  readonly keepBy?: Clock;
}): TokenVerifier => {
  const { userPools, endpoint, fetcher = boundedJwksFetcher(), keepBy } = options;
  const verified = keepBy && createVerifiedTokens(keepBy);
  const verifier = JwtVerifier.create(
    userPools.map((pool) => ({
      issuer: pool.issuer,
      jwksUri: jwksUriOf(pool, endpoint),
      // Access tokens have no audience: `demandFor` checks what each use has.
      audience: null,
    })),
    {
      jwksCache: new WatchedJwksCache(fetcher, () => verified?.forgetAll()),
    },
  );
  const clientIdsOf = new Map(
    userPools.map((pool) => [pool.issuer, Object.values(pool.clients)] as const),
  );

  const demandFor = (door: Door, payload: JwtPayload): void => {
    validateCognitoJwtFields(payload, {
      tokenUse: door,
      // A client of one pool is nobody in another.
      clientId: clientIdsOf.get(payload.iss ?? '') ?? [],
    });
  };

  /** The signature was good, or the library would not have come to the times: is `exp` all? */
  const expiryOr = (token: string, door: Door): StepkeyError => {
    try {
      demandFor(door, decomposeUnverifiedJwt(token).payload);
      return new StepkeyError('Token.Expired');
    } catch (error) {
      return refusal(error);
    }
  };

  return {
    verify: async (token, door) => {
      try {
        const verify = () => verifier.verify(token, {});
        const payload = await (verified?.claimsOf(token, verify) ?? verify());
        demandFor(door, payload);
        return payload;
      } catch (error) {
        if (error instanceof JwtExpiredError) throw expiryOr(token, door);
        throw isKeyFailure(error)
          ? new StepkeyError('Upstream.Unavailable', { cause: error })
          : refusal(error);
      }
    },
  };
};
