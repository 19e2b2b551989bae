/** The `Range` header, as S3 reads it: one range of bytes; anything else is the whole object. */
import { invalidRange } from './refusals.ts';

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/**
 * @returns null where the header asks for nothing that S3 serves in part
 * @throws AwsError InvalidRange when it lies outside the object
 */
export const byteRangeOf = (header: string, size: number): ByteRange | null => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  const [first = '', last = ''] = match?.slice(1) ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    if (length === 0) throw invalidRange(header, size);
    return { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return null;
  if (start >= size) throw invalidRange(header, size);
  return { start, end };
};
