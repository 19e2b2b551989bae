/** The request's condition keys, found whatever the case a policy spells them in. */
export interface ConditionKeys {
  /** Undefined where the key is absent; an empty list counts as absent, as IAM has no empty value set. */
  readonly get: (key: string) => readonly string[] | undefined;
}

export type KeyRecord = Readonly<Record<string, string | readonly string[]>>;

/** Later records win. */
export const conditionKeysOf = (...records: readonly KeyRecord[]): ConditionKeys => {
  const byLowerCaseKey = new Map<string, readonly string[]>();
  for (const record of records)
    for (const [key, value] of Object.entries(record))
      byLowerCaseKey.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  return {
    get: (key) => {
      const values = byLowerCaseKey.get(key.toLowerCase());
      return values === undefined || values.length === 0 ? undefined : values;
    },
  };
};
