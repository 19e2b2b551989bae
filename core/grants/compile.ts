import { faultIn, type FaultAt, type FileFault } from '../file-faults.ts';
import { leastUsableSeconds } from '../cache/weigh-entry.ts';
import { reservedTagPrefix } from '../session/session-tags.ts';
import { isSubjectPlaceholder } from '../session/subject-values.ts';
import { parseStrictJson } from '../strict-json.ts';
import { actAsFaults } from './act-as.ts';
import { GrantFilesError } from './fault.ts';
import { grantFileSchema, type Grant, type GrantFile } from './grant.ts';
import { mappedRoleName, mappedRolesOf } from './mapped-role.ts';
import { placeholderFaults } from './placeholders.ts';

export interface GrantContext {
  /** 1–20 characters; begins the name of every role that the deployment makes. */
  readonly deployment: string;
  /** Names of the app clients that the deployment knows. */
  readonly clients: readonly string[];
  /** Names of the deployment's own template values, such as `bucket`. */
  readonly templateValues: readonly string[];
}

export interface GrantText {
  /** File name without its directory; the grant is named after it. */
  readonly file: string;
  readonly text: string;
}

/** @see STS: at most 50 session tags, of which the broker sets up to four */
const maximumOwnTags = 46;

/** @see IAM quotas: role names are at most 64 characters */
const maximumRoleNameCharacters = 64;

/**
 * Reads grant files and checks everything that can be known without a caller.
 * @throws GrantFilesError naming every fault of every file
 */
export const compileGrants = (
  files: readonly GrantText[],
  context: GrantContext,
): readonly Grant[] => {
  const compiled = files.map((file) => compileGrant(file, context));
  const faults = compiled.flatMap((result) => result.faults);
  faults.push(...sharedFaults(compiled, context));
  if (files.length === 0) faults.push({ file: '*.json', path: '', reason: 'there is no grant' });
  if (faults.length > 0) throw new GrantFilesError(faults);
  return compiled.flatMap(({ grant }) => grant ?? []);
};

/** What only shows across files, or in the deployment itself. */
const sharedFaults = (
  compiled: readonly { readonly grant?: Grant }[],
  context: GrantContext,
): readonly FileFault[] => {
  const roleNames = compiled
    .flatMap(({ grant }) => (grant ? mappedRolesOf(grant) : []))
    .filter(({ role }) => role.permissions !== undefined)
    .map((role) => ({ role, name: mappedRoleName(context.deployment, role) }));
  return [
    ...roleNames
      .filter(({ name }, index) => roleNames.findIndex((other) => other.name === name) < index)
      .map(({ role, name }) => ({
        file: `${role.grant}.json`,
        path: 'role',
        reason: `another grant's role is already called ${name}`,
      })),
    ...context.templateValues.filter(isSubjectPlaceholder).map((name) => ({
      file: '*.json',
      path: '',
      reason: `the deployment's value {{${name}}} has the name of a caller's value`,
    })),
  ];
};

const compileGrant = (
  { file, text }: GrantText,
  context: GrantContext,
): { grant?: Grant; faults: FileFault[] } => {
  const wholeFile = (reason: string) => ({ faults: [faultIn(file, { path: [], reason })] });
  const name = /^([a-z][a-z0-9-]{0,31})\.json$/.exec(file)?.[1];
  if (name === undefined) {
    return wholeFile('the name must be 1–32 of a–z, 0–9 and -, starting with a letter');
  }
  const value = parseStrictJson(text, 32);
  if (value === undefined) return wholeFile('is not JSON, or repeats a key');
  const parsed = grantFileSchema.safeParse(value);
  const grant: Grant = { ...(parsed.data ?? salvage(value)), name };
  return {
    grant,
    faults: [
      ...(parsed.error?.issues ?? []).map(({ path, message }) => ({ path, reason: message })),
      ...meaningFaults(grant, context),
      ...actAsFaults(grant),
      ...placeholderFaults(grant, context.templateValues),
    ].map((fault) => faultIn(file, fault)),
  };
};

/** What is left of a grant without the parts that have faults, so that the other parts' faults are named too. */
const salvage = (value: unknown): GrantFile => {
  const parts = typeof value === 'object' && value !== null ? value : {};
  const sound = Object.entries(grantFileSchema.shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(parts[key as keyof typeof parts]);
    return parsed.success && parsed.data !== undefined ? [[key, parsed.data] as const] : [];
  });
  const neutral = { clients: [], rules: [], role: { fromToken: {} }, tags: {} };
  const session = grantFileSchema.shape.session.parse(undefined);
  return { ...neutral, session, ...Object.fromEntries(sound) } as unknown as GrantFile;
};

const meaningFaults = (grant: Grant, context: GrantContext): readonly FaultAt[] => {
  const faults: FaultAt[] = [];
  grant.clients.forEach((client, index) => {
    if (!context.clients.includes(client)) {
      faults.push({ path: ['clients', index], reason: `no app client is called "${client}"` });
    }
  });
  const { minTtlSeconds, durationSeconds } = grant.session;
  if (minTtlSeconds + leastUsableSeconds >= durationSeconds) {
    faults.push({
      path: ['session', 'minTtlSeconds'],
      reason: `must be more than ${String(leastUsableSeconds)} s below durationSeconds, or most hand-outs would be mints`,
    });
  }
  const roles = mappedRolesOf(grant);
  for (const role of roles) {
    if (mappedRoleName(context.deployment, role).length > maximumRoleNameCharacters) {
      faults.push({ path: ['role'], reason: 'the name of its role would exceed 64 characters' });
    }
  }
  const tagKeys = Object.keys(grant.tags);
  if (tagKeys.length > maximumOwnTags) {
    faults.push({ path: ['tags'], reason: `may be at most ${String(maximumOwnTags)}` });
  }
  for (const [index, key] of tagKeys.entries()) {
    const isRepeated = tagKeys.slice(0, index).some((k) => k.toLowerCase() === key.toLowerCase());
    if (isRepeated) {
      faults.push({ path: ['tags', key], reason: 'differs from another tag only in case' });
    }
    if (key.toLowerCase().startsWith(reservedTagPrefix) || key.toLowerCase().startsWith('aws:')) {
      faults.push({ path: ['tags', key], reason: 'this tag is set by the broker or by AWS' });
    }
  }
  return faults;
};
