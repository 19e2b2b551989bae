import type { BrokerError } from '../broker-error.ts';

/** As REST and HTTP APIs both read a proxy's answer. */
export interface ProxyAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const problem = (
  status: number,
  title: string,
  detail: string,
  more: { readonly type?: string | null; readonly instance?: string | null } = {},
  headers: Readonly<Record<string, string>> = {},
): ProxyAnswer => ({
  statusCode: status,
  headers: {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...(status === 401 ? { 'WWW-Authenticate': 'Bearer error="invalid_token"' } : {}),
    ...headers,
  },
  body: JSON.stringify({
    type: more.type ?? 'about:blank',
    title,
    status,
    detail,
    ...(more.instance ? { instance: more.instance } : {}),
  }),
});

/** The caller showed no token, or one whose time is over. */
export const noToken = (): ProxyAnswer =>
  problem(
    401,
    'A token is required',
    'The request has no valid token in its Authorization header.',
  );

/**
 * Why the caller's role could not be had: 401 for the token, 403 for the broker's no, 503 for a broker that is away.
 * What only the function's author can mend is 503 as well, as the caller asked for nothing wrong.
 */
export const problemOfFailure = (error: BrokerError): ProxyAnswer => {
  const { kind, message, problemType: type, requestId: instance } = error;
  const more = { type, instance };
  if (kind === 'not-accepted') return problem(401, 'The token was not accepted', message, more);
  if (kind === 'denied') return problem(403, 'Access was refused', message, more);
  const retryAfter = String(Math.max(1, Math.ceil(error.retryAfterSeconds ?? 1)));
  const sentence = 'The credentials for this caller cannot be had at the moment.';
  return problem(503, 'Try again shortly', sentence, { instance }, { 'Retry-After': retryAfter });
};
