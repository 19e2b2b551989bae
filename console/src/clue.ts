/** What an auditor may have in hand, told apart by its looks. */
export type Clue =
  /** A list, by these filters. */
  | { readonly kind: 'list'; readonly filters: Readonly<Record<string, string>> }
  /** An object of S3, as it was written. */
  | { readonly kind: 'object'; readonly object: string }
  /** An id that may be a session's, a record's or a person's: only asking tells. */
  | { readonly kind: 'id'; readonly id: string }
  /** A word: the name of a grant or of a client. */
  | { readonly kind: 'name'; readonly name: string };

const uuidText = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const identityId = new RegExp(`^[a-z]{2}(?:-[a-z]+)+-\\d:${uuidText}$`);
/** A session is named after its subject's `sub`, with an actor also after that one. */
const assumedRole =
  /^(?:arn:[a-z-]+:sts::\d{12}:assumed-role\/[^/]+\/|AROA[A-Z0-9]+:)([\w=,.@-]+)(?:\+\w+)?$/;
const execution = new RegExp(`^(?:arn:[a-z-]+:states:.*?:)?(${uuidText})(?::${uuidText})?$`);
const time =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s?(Z|UTC|[+-]\d\d:\d\d)?$/i;

/** Clocks differ, and what used credentials came after they were handed out. */
const aroundMillis = 5 * 60_000;
const dayMillis = 24 * 3_600_000;

const filter = (name: string, value: string): Clue => ({
  kind: 'list',
  filters: { [name]: value },
});

/**
 * Tells what a text names: an access key id, the ARN or `userIdentity.principalId` of a role's session as CloudTrail has
 * them, a person, an identity id, an object of S3, a session, a record or an execution, a time, a grant or a job.
 * @returns null for an empty text
 */
export const clueOf = (text: string): Clue | null => {
  const value = decoded(text.trim());
  if (value === '') return null;
  if (/^A(SIA|KIA)[A-Z0-9]{12,}$/.test(value)) return filter('accessKeyId', value);
  if (identityId.test(value)) return filter('identityId', value);
  const sub = assumedRole.exec(value)?.[1];
  if (sub !== undefined) return { kind: 'id', id: sub };
  const id = execution.exec(value)?.[1];
  if (id !== undefined) return { kind: 'id', id };
  const span = spanOf(value);
  if (span !== null) return { kind: 'list', filters: span };
  if (/^(s3:|arn:[a-z-]+:s3:|https:)/.test(value) || value.includes('/')) {
    return { kind: 'object', object: value };
  }
  if (/^[a-z][a-z0-9-]*:\S+$/.test(value)) return filter('subject', value);
  return { kind: 'name', name: value };
};

/** A day, or some minutes around a time; times without a zone are UTC, as everything here. */
const spanOf = (text: string): { readonly from: string; readonly to: string } | null => {
  const [, day, minute, second = '00', zone = 'Z'] = time.exec(text) ?? [];
  if (day === undefined) return null;
  const at = Date.parse(
    `${day}T${minute ?? '00:00'}:${second}${/^(Z|UTC)$/i.test(zone) ? 'Z' : zone}`,
  );
  if (Number.isNaN(at)) return null;
  return minute === undefined
    ? { from: instantOf(at), to: instantOf(at + dayMillis) }
    : { from: instantOf(at - aroundMillis), to: instantOf(at + aroundMillis) };
};

const instantOf = (epochMillis: number): string =>
  new Date(epochMillis).toISOString().replace(/\.\d+Z$/, 'Z');

/** A path as CloudTrail or a client may have escaped it. */
const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
