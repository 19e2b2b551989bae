/**
 * A result as plain JSON. JSONata marks arrays that it made (`sequence`, `cons`, `keepSingleton`), and
 * would treat a marked array differently in a later expression; so every array and object is copied.
 * @throws TypeError when a function is in it: that has no JSON
 */
export const plainJson = (value: unknown): unknown => {
  if (typeof value === 'function') throw new TypeError('A function is not a JSON value');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => plainJson(item) ?? null);
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) {
    throw new TypeError('A function is not a JSON value');
  }
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const plain = plainJson(member);
    if (plain === undefined) continue;
    if (key === '__proto__') Object.defineProperty(copy, key, { value: plain, enumerable: true });
    else copy[key] = plain;
  }
  return copy;
};
