import { errorCatalogue, type ErrorName } from './errors.ts';

/** RFC 9457 problem details, as every refusal of the broker and of its gateway looks. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

export const problemMediaType = 'application/problem+json';

/** The constant problem of a catalogue name. @see RFC 9457 §3.1 */
export const problemOf = (name: ErrorName): Problem => {
  const { type, title, status, detail } = errorCatalogue[name];
  return { type: `https://stepkey.dev/problems/${type}`, title, status, detail };
};

/**
 * The name that a caller is told. That a subject is unknown or disabled is told as a grant that was refused, as it is
 * for somebody whom the grant does not allow: who exists is for the ledger alone.
 * @see docs/adr/0027-one-refusal-about-subjects.md
 */
// control SEC-22
export const toldNameOf = (name: ErrorName): ErrorName =>
  name === 'Subject.Unavailable' ? 'Grant.Refused' : name;

/**
 * Name and sentence under both spellings that AWS SDKs read from a container credentials endpoint.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export const containerFieldsOf = (name: ErrorName): Readonly<Record<string, string>> => {
  const told = toldNameOf(name);
  const { detail } = errorCatalogue[told];
  return { code: told, message: detail, Code: told, Message: detail };
};
