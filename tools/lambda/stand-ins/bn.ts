/**
 * Stands in in a function's bundle for `bn.js`. The unsigned suite of the Encryption SDK asks of it only that a length
 * is written to and read from bytes, the biggest first.
 */
export default class BigEndian {
  readonly #value: bigint;

  constructor(value: number | readonly number[]) {
    this.#value =
      typeof value === 'number'
        ? BigInt(value)
        : value.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  /** @throws RangeError when the value does not fit */
  toArray(_endian: 'be', length: number): number[] {
    if (this.#value >> BigInt(8 * length) !== 0n) throw new RangeError('The length does not fit.');
    return Array.from({ length }, (_, index) =>
      Number((this.#value >> BigInt(8 * (length - 1 - index))) & 0xffn),
    );
  }

  /** @throws RangeError above `Number.MAX_SAFE_INTEGER`, as the library does */
  toNumber(): number {
    if (this.#value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new RangeError('The length is above 2^53.');
    }
    return Number(this.#value);
  }
}
