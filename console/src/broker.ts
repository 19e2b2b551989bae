import type { RevocationAnswer } from '../../core/contracts/revocation-answers.ts';

/** The broker's API as the page's own server forwards it; the token stays there. */

export interface Failure {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

export class BrokerFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.title);
    this.failure = failure;
  }
}

export interface PageSession {
  readonly entrance: 'password' | 'code';
  readonly signedIn: boolean;
  readonly canSignOut?: boolean;
  readonly who?: string;
  readonly scopes?: readonly string[];
}

/** @throws BrokerFailure for every answer that is not a success, and when there is none */
const ask = async <Answer>(
  path: string,
  init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> => {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
    });
  } catch {
    throw new BrokerFailure({
      status: 0,
      title: 'The page lost its connection',
      detail: 'Is the program that serves this page still running?',
    });
  }
  const body = (await response.json().catch(() => ({}))) as Partial<Failure>;
  if (response.ok) return body as Answer;
  throw new BrokerFailure({
    status: response.status,
    title: body.title ?? 'The broker refused',
    detail: body.detail ?? '',
  });
};

export const read = <Answer>(
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<Answer> => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, value);
  }
  const search = parameters.toString();
  return ask<Answer>(`v1/${path}${search === '' ? '' : `?${search}`}`);
};

const send = <Answer>(path: string, method: 'POST' | 'DELETE', body?: object): Promise<Answer> =>
  ask<Answer>(path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });

export const readSession = (): Promise<PageSession> => ask<PageSession>('session');
export const signIn = (body: object): Promise<unknown> => send('session', 'POST', body);
export const signOut = (): Promise<unknown> => send('session', 'DELETE');

export const revokeSubject = (subject: string, reason: string): Promise<RevocationAnswer> =>
  send('v1/revocations', 'POST', { target: { subject }, reason });
