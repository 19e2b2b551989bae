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
 * Name and sentence under both spellings that AWS SDKs read from a container credentials endpoint.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export const containerFieldsOf = (name: ErrorName): Readonly<Record<string, string>> => {
  const { detail } = errorCatalogue[name];
  return { code: name, message: detail, Code: name, Message: detail };
};
