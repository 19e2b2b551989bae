import { StepkeyError } from '../errors.ts';
import type { ManifestFormat } from './batch.ts';

/** What a subject may be spelled like: it becomes part of a row's key. */
export const longestSubject = 256;

/**
 * Looks at a manifest line by line before anything is minted from it.
 * @returns takes the next line; `total` is what it has counted
 * @throws Batch.ManifestInvalid for a CSV without a column `subject`, or a line of JSON without one
 */
export const manifestCounter = (format: ManifestFormat) => {
  let total = 0;
  let isHeader = format === 'csv';
  return {
    take: (line: string): void => {
      if (line.trim() === '') return;
      if (isHeader) {
        isHeader = false;
        const columns = line.replace(/^\uFEFF/, '').split(',');
        if (
          columns.filter((column) => column.trim().replaceAll('"', '') === 'subject').length !== 1
        ) {
          throw new StepkeyError('Batch.ManifestInvalid');
        }
        return;
      }
      if (format === 'jsonl' && !hasSubject(line)) throw new StepkeyError('Batch.ManifestInvalid');
      total += 1;
    },
    total: (): number => total,
  };
};

const hasSubject = (line: string): boolean => {
  try {
    const subject = (JSON.parse(line) as { readonly subject?: unknown } | null)?.subject;
    return typeof subject === 'string' && subject !== '' && subject.length <= longestSubject;
  } catch {
    return false;
  }
};
