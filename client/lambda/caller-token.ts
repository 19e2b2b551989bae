import { readClaims } from '../token-claims.ts';

/** What REST (event 1.0) and HTTP APIs (event 2.0) both say of a request's headers. */
export interface EventWithHeaders {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[] | undefined>> | null;
}

/**
 * Takes the caller's token from the `Authorization` header, raw or after `Bearer `, as API Gateway's authorizer does.
 * @returns null when there is none, more than one, one that is no user pool's, or one whose time is over
 */
export const callerTokenOf = (event: EventWithHeaders, nowEpochMillis: number): string | null => {
  const values = new Set(
    [...textsOf(event.headers), ...textsOf(event.multiValueHeaders)].map((text) => text.trim()),
  );
  const [value] = values;
  if (values.size !== 1 || value === undefined) return null;
  const token = /^(?:Bearer +)?([^\s,]+)$/i.exec(value)?.[1];
  const claims = token === undefined ? null : readClaims(token);
  // A session that is held must not outlive the token that it was obtained with.
  if (token === undefined || claims === null) return null;
  return claims.expiresAtEpochSeconds * 1000 > nowEpochMillis ? token : null;
};

const textsOf = (
  headers: Readonly<Record<string, string | readonly string[] | undefined>> | null | undefined,
): readonly string[] =>
  Object.entries(headers ?? {}).flatMap(([name, value]) =>
    name.toLowerCase() === 'authorization' && value !== undefined ? value : [],
  );
