/** Credentials from the broker for any client of the AWS SDK for JavaScript: `new S3Client({ credentials: fromStepkey(…) })`. */
import { createBrokerApi } from './broker-api.ts';
import type { HeldSession } from './held-session.ts';
import { obtainSession, type SessionWish } from './obtain-session.ts';
import { createSessionCache, type SessionCache } from './session-cache.ts';
import { keepSession, type SessionKeeper } from './session-keeper.ts';
import { digestOf, tokenOf } from './token-holder.ts';

/**
 * An ID or access token of the user pool, or what gives one. A function is called for every request to the broker, so
 * that rotated tokens are used, and must speak for one person: its first token says for whom.
 */
export type TokenSource = string | (() => Promise<string> | string);

export interface FromStepkeyOptions extends SessionWish {
  /** The broker's API, such as `https://….execute-api.eu-central-1.amazonaws.com/live`. */
  readonly api: string;
  readonly token: TokenSource;
  /** Where sessions are held. Default: one cache of 1,000 sessions for the whole process. */
  readonly cache?: SessionCache;
  /** How long an unavailable broker is waited for where no session is held. Default 10,000. */
  readonly patienceMillis?: number;
  /** How long one request may take. Default 30,000: API Gateway answers within 29 s. */
  readonly requestTimeoutMillis?: number;
  /** For tests, and for environments with a proxy of their own. */
  readonly fetch?: typeof fetch;
}

/** As the SDK reads credentials. @see @aws-sdk/types AwsCredentialIdentity */
export interface StepkeyCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export type StepkeyCredentialProvider = () => Promise<StepkeyCredentials>;

const defaultPatienceMillis = 10_000;
const processCache = createSessionCache();

/** Names of token functions in cache keys: two functions are two sources, whatever they return. */
const sourceNames = new WeakMap<() => unknown, string>();
let sourceCount = 0;

const nameOfSource = (source: TokenSource): string => {
  // Not by the token's claims: a forged token with another's claims must not find the other's session.
  if (typeof source === 'string') return `token ${digestOf(source)}`;
  const name = sourceNames.get(source) ?? `source ${String((sourceCount += 1))}`;
  sourceNames.set(source, name);
  return name;
};

/**
 * A credential provider for one caller and one grant. Providers that are made with the same token source, grant, role
 * and subject share one session, one request in flight, and its renewal, 20 to 25 min before the end.
 * While the broker is unavailable the session is served as long as it lasts.
 * The provider rejects with BrokerError. A refusal is given as it is: nothing asks again, and an SDK's chain ends there.
 * @throws TypeError for an address that a token must not be sent to
 */
export const fromStepkey = (options: FromStepkeyOptions): StepkeyCredentialProvider => {
  const sessionOf = stepkeySession(options);
  return async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiresAtEpochMillis } = await sessionOf();
    return {
      accessKeyId,
      secretAccessKey,
      sessionToken,
      expiration: new Date(expiresAtEpochMillis),
    };
  };
};

/** The same with what the broker said about the session. */
export const stepkeySession = (options: FromStepkeyOptions): (() => Promise<HeldSession>) => {
  const { api, token, cache = processCache, grant, roleArn, subject, minTtlSeconds } = options;
  const { patienceMillis = defaultPatienceMillis } = options;
  const broker = createBrokerApi({
    api,
    ...(options.requestTimeoutMillis === undefined
      ? {}
      : { timeoutMillis: options.requestTimeoutMillis }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  const key = [
    broker.url,
    nameOfSource(token),
    grant ?? null,
    roleArn ?? null,
    subject ?? null,
    minTtlSeconds === undefined ? null : String(minTtlSeconds),
  ];
  const keep = (): SessionKeeper => {
    const read = tokenOf(null, typeof token === 'string' ? () => token : token);
    return keepSession({
      patienceMillis,
      obtain: async () =>
        obtainSession(broker, await read(), { grant, roleArn, subject, minTtlSeconds }),
    });
  };
  return () => cache.keeperOf(key, keep).get();
};
