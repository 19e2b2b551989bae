/** Managed policies: up to five versions, one of which counts. */
import { randomBytes } from 'node:crypto';
import type { PolicyDocument } from './policy.ts';

export interface PolicyVersion {
  /** `v1`, `v2`, …; a number is not given twice. */
  readonly id: string;
  readonly document: PolicyDocument;
  readonly createdAtEpochMillis: number;
}

export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly path: string;
  /** `ANPA…` */
  readonly policyId: string;
  readonly createdAtEpochMillis: number;
  readonly updatedAtEpochMillis: number;
  readonly defaultVersionId: string;
  readonly lastVersionNumber: number;
  /** Oldest first; never empty. */
  readonly versions: readonly PolicyVersion[];
}

export const mostPolicyVersions = 5;
export const managedPolicyLimitCharacters = 6_144;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** IAM's unique ids: a prefix for the kind and 17 characters. */
export const newIamId = (prefix: 'AROA' | 'ANPA'): string =>
  prefix + Array.from(randomBytes(17), (byte) => alphabet.charAt(byte % alphabet.length)).join('');

/** The characters that IAM counts: white space is none of them. */
export const policySize = (document: PolicyDocument): number =>
  JSON.stringify(document).replaceAll(/\s/gu, '').length;

/** `…:policy/path/name` */
const partsOf = (arn: string): { readonly name: string; readonly path: string } => {
  const resource = arn.slice(arn.indexOf(':policy/') + ':policy'.length);
  const at = resource.lastIndexOf('/') + 1;
  return { path: resource.slice(0, at), name: resource.slice(at) };
};

export const newManagedPolicy = (
  arn: string,
  document: PolicyDocument,
  atEpochMillis: number,
): ManagedPolicy => ({
  arn,
  ...partsOf(arn),
  policyId: newIamId('ANPA'),
  createdAtEpochMillis: atEpochMillis,
  updatedAtEpochMillis: atEpochMillis,
  defaultVersionId: 'v1',
  lastVersionNumber: 1,
  versions: [{ id: 'v1', document, createdAtEpochMillis: atEpochMillis }],
});

export const versionOf = (policy: ManagedPolicy, id: string): PolicyVersion | undefined =>
  policy.versions.find((version) => version.id === id);

/** A policy whose default version is missing would be one that denies nothing any more. */
export const defaultVersionOf = (policy: ManagedPolicy): PolicyVersion => {
  const version = versionOf(policy, policy.defaultVersionId);
  if (version === undefined) throw new TypeError(`${policy.arn} has no default version`);
  return version;
};

/** With one version more; the limit is for the caller to keep. */
export const withVersion = (
  policy: ManagedPolicy,
  document: PolicyDocument,
  { isDefault, atEpochMillis }: { readonly isDefault: boolean; readonly atEpochMillis: number },
): ManagedPolicy => {
  const number = policy.lastVersionNumber + 1;
  const id = `v${String(number)}`;
  return {
    ...policy,
    updatedAtEpochMillis: atEpochMillis,
    lastVersionNumber: number,
    defaultVersionId: isDefault ? id : policy.defaultVersionId,
    versions: [...policy.versions, { id, document, createdAtEpochMillis: atEpochMillis }],
  };
};

/** @param id not the default version's */
export const withoutVersion = (policy: ManagedPolicy, id: string): ManagedPolicy => ({
  ...policy,
  versions: policy.versions.filter((version) => version.id !== id),
});

/** The oldest version that is not the default one goes where there is no room. */
export const withRoomForVersion = (policy: ManagedPolicy): ManagedPolicy => {
  if (policy.versions.length < mostPolicyVersions) return policy;
  const oldest = policy.versions.find(({ id }) => id !== policy.defaultVersionId);
  return oldest === undefined ? policy : withoutVersion(policy, oldest.id);
};
