import type { Digest } from '../ports.ts';

/** Everything that changes what a session may do. What does not (request ids, formats) is not here. */
export interface CacheKeyFields {
  readonly identityPoolId: string;
  readonly developerProvider: string;
  readonly subject: string;
  /** Absent when the subject asks for itself. */
  readonly actor: string | null;
  readonly client: string;
  readonly grant: string;
  readonly roleArn: string;
  /** With the caller's values in it. */
  readonly sessionPolicyTemplate: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly durationSeconds: number;
}

/** Raised when the meaning of a field or an entry changes: old entries are then never found. */
const version = 'stepkey-cache-1';

/**
 * Names a cache entry. Each field is preceded by its length, so that no two field lists give one text.
 * @returns 64 hex characters
 */
export const cacheKeyOf = (fields: CacheKeyFields, digest: Digest): string => {
  // control SEC-04
  const tagKeys = Object.keys(fields.tags).sort();
  let text = '';
  const add = (field: string | null): void => {
    text += field === null ? '-' : `${String(field.length)}:${field}`;
  };
  add(version);
  add(fields.identityPoolId);
  add(fields.developerProvider);
  add(fields.subject);
  add(fields.actor);
  add(fields.client);
  add(fields.grant);
  add(fields.roleArn);
  add(fields.sessionPolicyTemplate);
  add(String(fields.durationSeconds));
  add(String(tagKeys.length));
  for (const key of tagKeys) {
    add(key);
    add(fields.tags[key] ?? null);
  }
  return digest.sha256Hex(text);
};
