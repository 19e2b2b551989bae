import type { Link } from './link.ts';

/** Some links of one chain, one after the other, as they are kept outside the table. */
export interface Segment {
  /** `ledger/<shard>/<first>-<last>.jsonl`, with twelve digits each: text order is the order of the chain. */
  readonly key: string;
  /** One link a line, each as JSON; nothing in it is secret that is not secret in the ledger. */
  readonly text: string;
  /** The number of its last link. */
  readonly lastSequence: number;
}

const twelveDigits = (sequence: number): string => String(sequence).padStart(12, '0');

/**
 * Named by what is in it, so that whoever writes the same links again writes the same object, and nobody who has
 * fewer of them can replace one that has more.
 * @returns null for no links
 */
export const segmentOf = (links: readonly Link[]): Segment | null => {
  const first = links[0];
  const last = links.at(-1);
  if (first === undefined || last === undefined) return null;
  return {
    key: `ledger/${String(first.shard)}/${twelveDigits(first.sequence)}-${twelveDigits(last.sequence)}.jsonl`,
    text: links.map((link) => `${JSON.stringify(link)}\n`).join(''),
    lastSequence: last.sequence,
  };
};
