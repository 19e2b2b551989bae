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
