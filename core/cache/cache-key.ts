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
  const tags = Object.entries(fields.tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return digest.sha256Hex(
    [
      version,
      fields.identityPoolId,
      fields.developerProvider,
      fields.subject,
      fields.actor,
      fields.client,
      fields.grant,
      fields.roleArn,
      fields.sessionPolicyTemplate,
      String(fields.durationSeconds),
      String(tags.length),
      ...tags.flat(),
    ]
      .map((field) => (field === null ? '-' : `${String(field.length)}:${field}`))
      .join(''),
  );
};
