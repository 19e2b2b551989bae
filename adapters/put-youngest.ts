/** Puts an entry behind all others, as a map keeps the order in which its keys came; the oldest goes where there are too many. */
export const putYoungest = <Value>(
  entries: Map<string, Value>,
  key: string,
  value: Value,
  mostEntries: number,
): void => {
  entries.delete(key);
  entries.set(key, value);
  const [oldest] = entries.keys();
  if (entries.size > mostEntries && oldest !== undefined) entries.delete(oldest);
};
