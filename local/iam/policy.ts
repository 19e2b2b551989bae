/** IAM policy documents and what evaluation is asked, in AWS's own words. */
export type OneOrMany<T> = T | readonly T[];

export type ConditionBlock = Readonly<
  Record<string, Readonly<Record<string, OneOrMany<string | number | boolean>>>>
>;

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMany<string>>>;
  readonly NotPrincipal?: '*' | Readonly<Record<string, OneOrMany<string>>>;
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: ConditionBlock;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: OneOrMany<PolicyStatement>;
}

/** One thing that a call does, as IAM sees it. */
export interface AccessRequest {
  /** `dynamodb:PutItem` */
  readonly action: string;
  readonly resource: string;
  /** Request condition keys, such as `s3:prefix` or `kms:EncryptionContext:purpose`; an absent key is absent. */
  readonly conditionKeys?: Readonly<Record<string, string | readonly string[]>>;
  /** The resource's own policy (bucket, key), where it has one. */
  readonly resourcePolicy?: PolicyDocument;
}

export const asList = <T extends string | number | boolean | object>(
  value: OneOrMany<T> | undefined,
): readonly T[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
};
