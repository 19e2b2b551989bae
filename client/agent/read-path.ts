/** What a client of the agent asks for, in the path of `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
export interface AgentWish {
  readonly profile: string;
  /** Null where the broker is to take the only grant that applies. */
  readonly grant: string | null;
  readonly roleArn: string | null;
  readonly subject: string | null;
}

const mostCharacters = 4096;

/**
 * Reads `/<profile>` or `/<profile>/<grant>`, with `?roleArn=` and `?subject=`, each at most once.
 * @returns null for anything else
 */
export const readAgentPath = (target: string): AgentWish | null => {
  if (target.length > mostCharacters) return null;
  const [path, query] = splitOnce(target, '?');
  const segments = path.split('/').slice(1).map(decoded);
  const [profile, grant = null] = segments;
  if (segments.length > 2 || segments.includes(null)) return null;
  if (!profile || grant === '') return null;
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const isKnown = name === 'roleArn' || name === 'subject';
    if (!isKnown || values.has(name) || value === '') return null;
    values.set(name, value);
  }
  return {
    profile,
    grant,
    roleArn: values.get('roleArn') ?? null,
    subject: values.get('subject') ?? null,
  };
};

const splitOnce = (text: string, mark: string): readonly [string, string] => {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

const decoded = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

/** The path that `readAgentPath` reads. */
export const agentPathOf = (
  profile: string,
  grant: string | null,
  query: { readonly roleArn?: string; readonly subject?: string } = {},
): string => {
  const path = [profile, ...(grant === null ? [] : [grant])].map(encodeURIComponent).join('/');
  const search = new URLSearchParams({ ...query }).toString();
  return `/${path}${search === '' ? '' : `?${search}`}`;
};
