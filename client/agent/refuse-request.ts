/** What keeps strangers out of the agent: other hosts' names, proxies, browsers, bodies, and callers without the bearer. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request is not answered. `code` is what SDKs show; the message says what to do. */
export interface AgentRefusal {
  readonly status: 400 | 401 | 403 | 404 | 405;
  readonly code: string;
  readonly message: string;
}

const refusal = (status: AgentRefusal['status'], code: string, message: string): AgentRefusal => ({
  status,
  code,
  message,
});

const wrongHost = refusal(
  403,
  'Agent.HostRefused',
  'The agent answers only requests to the loopback address and port that it printed.',
);
const forwarded = refusal(
  403,
  'Agent.ForwardedRequest',
  'The agent does not answer requests that passed a proxy.',
);
const fromBrowser = refusal(
  403,
  'Agent.BrowserRequest',
  'The agent does not answer requests of browsers.',
);
const wrongMethod = refusal(405, 'Request.MethodNotAllowed', 'The agent answers GET only.');
const withBody = refusal(400, 'Request.Malformed', 'The agent takes no request body.');
const wrongTarget = refusal(400, 'Request.Malformed', 'The agent takes a path, not a whole URL.');
const wrongBearer = refusal(
  401,
  'Agent.TokenRejected',
  "The agent's own token is missing or not the current one: send the content of its token file as Authorization.",
);

const viaProxy = /^(forwarded|via|x-forwarded-.*|x-real-ip|proxy-.*)$/;
const ofBrowser = /^(origin|referer|sec-.*|access-control-.*|cookie)$/;

/**
 * Checks everything but the path. The bearer comes last, so that a page or a proxy that learnt it is kept out too.
 * @param port of the agent; a name that was rebound to the loopback has another `Host`
 * @returns null when the request may be answered
 */
export const refuseRequest = (
  request: IncomingMessage,
  { port, bearer }: { readonly port: number; readonly bearer: string },
): AgentRefusal | null => {
  const names = request.rawHeaders.filter((_, index) => index % 2 === 0);
  const lowerNames = names.map((name) => name.toLowerCase());
  const count = (wanted: string): number => lowerNames.filter((name) => name === wanted).length;
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${String(port)}`);
  if (count('host') !== 1 || !hosts.includes((request.headers.host ?? '').toLowerCase())) {
    return wrongHost;
  }
  if (lowerNames.some((name) => viaProxy.test(name))) return forwarded;
  if (lowerNames.some((name) => ofBrowser.test(name))) return fromBrowser;
  if (request.method !== 'GET') return wrongMethod;
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (length !== '0' || encoding !== undefined) return withBody;
  if (request.url?.startsWith('/') !== true) return wrongTarget;
  const presented = /^(?:Bearer +)?(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return count('authorization') === 1 && isSame(presented, bearer) ? null : wrongBearer;
};

/** Digests of equal length, so that neither the content nor the length shows in the time it takes. */
const isSame = (presented: string, expected: string): boolean =>
  timingSafeEqual(digest(presented), digest(expected));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
