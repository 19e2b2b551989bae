import type {
  ContainerCredentialsAnswer,
  CredentialsAnswer,
  DecisionAnswer,
  HealthAnswer,
  IdentityAnswer,
} from '../core/contracts/api-answers.ts';
import { apiUrlOf } from './api-url.ts';
import { brokerErrorOf } from './broker-answer.ts';
import { BrokerError } from './broker-error.ts';
import { readClaims } from './token-claims.ts';

/** What to ask for; what is left out is the broker's choice. */
interface Wish {
  readonly grant?: string;
  /** Only where the grant takes the role from the token. */
  readonly roleArn?: string;
  /** `issuerAlias:sub` of whom a machine acts for; access tokens only. */
  readonly subject?: string;
}

interface DecisionWish extends Wish {
  /** Somebody who need not exist; only auditors may ask so. */
  readonly caller?: {
    readonly claims: Readonly<Record<string, unknown>>;
    readonly client?: string;
  };
}

export interface CredentialsWish extends Wish {
  /** 300–43,000; how much life the credentials must have left, if more than the grant's minimum. */
  readonly minTtlSeconds?: number;
}

interface BrokerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the API's address, from `/v1/` on, escaped. */
  readonly path: string;
  /** Null for the one path that takes none. */
  readonly token: string | null;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

interface BrokerAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON object that was answered; `{}` for an empty answer. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The broker's HTTP API, one method each. A token is an ID or an access token of the user pool; it chooses the door.
 * Every method makes one request: patience is the caller's, see patience.ts.
 * Each rejects with BrokerError, whose `kind` says what can be done.
 */
export interface BrokerApi {
  readonly url: string;
  readonly credentials: (token: string, wish?: CredentialsWish) => Promise<CredentialsAnswer>;
  readonly containerCredentials: (
    token: string,
    wish: Wish & { readonly grant: string },
  ) => Promise<ContainerCredentialsAnswer>;
  readonly decision: (token: string, wish?: DecisionWish) => Promise<DecisionAnswer>;
  /** ID tokens only. */
  readonly identity: (token: string) => Promise<IdentityAnswer>;
  readonly health: () => Promise<{
    readonly version: string;
    /** The `Date` header; null when there was none. */
    readonly dateEpochMillis: number | null;
  }>;
  /** Any other method of the API. */
  readonly request: (request: BrokerRequest) => Promise<BrokerAnswer>;
}

export interface BrokerApiOptions {
  /** The API's address, with its stage if it has one; https, or http on this machine. */
  readonly api: string;
  /** 30 s by default: API Gateway answers within 29 s. */
  readonly timeoutMillis?: number;
  /** Named in `User-Agent`. */
  readonly userAgent?: string;
  /** For tests, and for environments with a proxy of their own. */
  readonly fetch?: typeof fetch;
}

const defaultTimeoutMillis = 30_000;

/** @throws TypeError for an address that a token must not be sent to */
export const createBrokerApi = (options: BrokerApiOptions): BrokerApi => {
  const url = apiUrlOf(options.api);
  const request = sender(url, options);
  return {
    url,
    request,
    credentials: async (token, wish = {}) => {
      const answer = await request({
        method: 'POST',
        path: pathFor(token, 'credentials'),
        token,
        body: wish,
      });
      return checked(answer, isCredentialsAnswer);
    },
    containerCredentials: async (token, { grant, ...query }) => {
      const answer = await request({
        method: 'GET',
        path: pathFor(token, `container-credentials/${encodeURIComponent(grant)}`),
        token,
        query,
      });
      return checked(answer, isContainerAnswer);
    },
    decision: async (token, wish = {}) => {
      const answer = await request({
        method: 'POST',
        path: pathFor(token, 'decisions'),
        token,
        body: wish,
      });
      return checked(answer, isDecisionAnswer);
    },
    identity: async (token) =>
      checked(await request({ method: 'GET', path: '/v1/identity', token }), isIdentityAnswer),
    health: async () => {
      const answer = await request({ method: 'GET', path: '/v1/health', token: null });
      const { version } = checked(answer, isHealthAnswer);
      const date = Date.parse(answer.headers.get('date') ?? '');
      return { version, dateEpochMillis: Number.isNaN(date) ? null : date };
    },
  };
};

/** A token that is neither goes to the ID door, where the broker says what it thinks of it. */
const pathFor = (token: string, rest: string): string =>
  readClaims(token)?.tokenUse === 'access' ? `/v1/exchange/${rest}` : `/v1/${rest}`;

const sender = (url: string, options: BrokerApiOptions): BrokerApi['request'] => {
  const { timeoutMillis = defaultTimeoutMillis, userAgent = 'stepkey' } = options;
  return async ({ method, path, token, query = {}, body, headers = {} }) => {
    const target = new URL(`${url}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) target.searchParams.set(name, value);
    }
    let answer: Response;
    let text: string;
    try {
      answer = await (options.fetch ?? fetch)(target, {
        method,
        headers: {
          accept: 'application/json',
          'user-agent': userAgent,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // The token is for this broker, not for wherever something sends it on to.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMillis),
      });
      text = await answer.text();
    } catch (error) {
      throw new BrokerError('unavailable', `The broker at ${url} did not answer.`, {
        cause: error,
      });
    }
    const parsed = objectOf(text);
    if (!answer.ok) throw brokerErrorOf(answer, parsed);
    if (parsed === null) throw notThisBroker(answer.status);
    return { status: answer.status, headers: answer.headers, body: parsed };
  };
};

const objectOf = (text: string): Readonly<Record<string, unknown>> | null => {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};

const notThisBroker = (status: number): BrokerError =>
  new BrokerError('unexpected', 'The answer is not one that a Stepkey broker gives.', { status });

const checked = <T extends object>(answer: BrokerAnswer, is: (body: object) => body is T): T => {
  if (!is(answer.body)) throw notThisBroker(answer.status);
  return answer.body;
};

const member = (value: object, name: string): unknown =>
  Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;

const hasTexts = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => {
    const text = member(value, name);
    return typeof text === 'string' && text !== '';
  });

/** As SDKs demand it: with `Z`, never an offset. @see aws-sdk-js-v3 fromHttp */
const isExpiration = (value: unknown): boolean =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) &&
  !Number.isNaN(Date.parse(value));

const isCredentialsAnswer = (body: object): body is CredentialsAnswer => {
  const credentials = member(body, 'credentials');
  return (
    hasTexts(credentials, 'accessKeyId', 'secretAccessKey', 'sessionToken') &&
    isExpiration(member(credentials as object, 'expiration')) &&
    hasTexts(body, 'subject', 'identityId', 'grant', 'roleArn', 'sessionId', 'issuanceId')
  );
};

const isContainerAnswer = (body: object): body is ContainerCredentialsAnswer =>
  hasTexts(body, 'AccessKeyId', 'SecretAccessKey', 'Token') &&
  isExpiration(member(body, 'Expiration'));

const isDecisionAnswer = (body: object): body is DecisionAnswer =>
  // Without a subject where nobody was established.
  hasTexts(body, 'client') && ['allowed', 'refused'].includes(String(member(body, 'outcome')));

const isIdentityAnswer = (body: object): body is IdentityAnswer =>
  hasTexts(body, 'subject', 'identityId');

const isHealthAnswer = (body: object): body is HealthAnswer =>
  member(body, 'status') === 'ok' && hasTexts(body, 'version');
