/** What an auditor may have in hand, told apart by its looks. */
export interface Clue {
  readonly field: 'accessKeyId' | 'subject' | 'identityId' | 'session' | 'grant' | 'client';
  readonly value: string;
}

const identityId = /([a-z]{2}(?:-[a-z]+)+-\d:[0-9a-f]{8}-[0-9a-f-]{27})/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Tells what a text names: an access key id from CloudTrail, a person, an identity id or an object's path with one
 * in it, a session's or execution's id, else the name of a grant.
 */
export const clueOf = (text: string): Clue | null => {
  const value = text.trim();
  if (value === '') return null;
  if (/^A(SIA|KIA)[A-Z0-9]{12,}$/.test(value)) return { field: 'accessKeyId', value };
  const identity = identityId.exec(decoded(value))?.[1];
  if (identity !== undefined) return { field: 'identityId', value: identity };
  const execution = /^arn:[a-z-]+:states:.*?:([0-9a-f-]{36})(?::[0-9a-f-]{36})?$/.exec(value)?.[1];
  if (execution !== undefined) return { field: 'session', value: execution };
  if (uuid.test(value)) return { field: 'session', value };
  if (/^[a-z][a-z0-9-]*:\S+$/.test(value)) return { field: 'subject', value };
  return { field: 'grant', value };
};

/** A path as CloudTrail or a client may have escaped it. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
