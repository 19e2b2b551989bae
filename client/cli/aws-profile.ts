/** Writes one profile into the configuration file that all AWS SDKs share, and leaves everything else as it is. */
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';

export interface AwsProfile {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** A profile with one of these has credentials of its own, which would win or be lost. */
const foreignKeys = [
  'aws_access_key_id',
  'role_arn',
  'sso_session',
  'sso_start_url',
  'web_identity_token_file',
  'login_session',
];

const headerOf = (name: string): string => (name === 'default' ? '[default]' : `[profile ${name}]`);

/** Quotes and spaces in a header do not make it another one. */
const isHeader = (line: string): boolean => /^\s*\[/.test(line);
const sectionNameOf = (line: string): string | null => {
  const inner = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1];
  if (inner === undefined) return null;
  if (inner === 'default') return 'default';
  return /^profile\s+(?:"([^"]*)"|'([^']*)'|(.*))$/.exec(inner)?.slice(1).find(Boolean) ?? null;
};

/** Null for lines that set nothing, and for indented ones, which belong to the setting above. */
const keyOf = (line: string): string | null => /^([A-Za-z0-9_.-]+)\s*=/.exec(line)?.[1] ?? null;

const isOurs = (lines: readonly string[]): boolean =>
  lines.some((line) => keyOf(line) === 'credential_process' && line.includes('credential-process'));

const requireOurs = (name: string, section: readonly string[]): void => {
  const keys = section.map(keyOf);
  const foreign = foreignKeys.find((key) => keys.includes(key));
  const hasOther = keys.includes('credential_process') && !isOurs(section);
  if (foreign === undefined && !hasOther) return;
  throw new CommandError(
    exitCodes.configuration,
    `The AWS profile "${name}" is there already and has ${foreign ?? 'another credential_process'}; choose another name with --aws-profile, or write over it with --force.`,
  );
};

/**
 * The file's text with the profile in it; equal to `text` when it is there already.
 * @param force takes out what a profile of somebody else's making would get credentials from
 * @throws CommandError configuration when the profile is somebody else's
 */
export const withAwsProfile = (
  text: string,
  { name, settings }: AwsProfile,
  force: boolean,
): string => {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text === '' ? [] : text.split(/\r?\n/);
  const start = lines.findIndex((line) => isHeader(line) && sectionNameOf(line) === name);
  const wanted = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  if (start === -1) {
    const before = text === '' || text.endsWith(newline) ? text : `${text}${newline}`;
    const gap = before === '' || /(\r?\n){2}$/.test(before) ? '' : newline;
    return `${before}${gap}${[headerOf(name), ...wanted].join(newline)}${newline}`;
  }
  const next = lines.findIndex((line, index) => index > start && isHeader(line));
  const end = next === -1 ? lines.length : next;
  const section = lines.slice(start + 1, end);
  if (!force) requireOurs(name, section);
  const dropped = new Set([...Object.keys(settings), ...(force ? foreignKeys : [])]);
  const kept: string[] = [];
  let isDropping = false;
  for (const line of section) {
    const key = keyOf(line);
    if (key !== null) isDropping = dropped.has(key);
    else if (!/^\s+\S/.test(line)) isDropping = false;
    if (!isDropping) kept.push(line);
  }
  return [...lines.slice(0, start + 1), ...wanted, ...kept, ...lines.slice(end)].join(newline);
};
