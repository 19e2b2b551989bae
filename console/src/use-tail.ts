import { useEffect, useState } from 'preact/hooks';
import type { LedgerRecord } from '../../core/contracts/ledger-answers.ts';
import { read } from './broker.ts';
import type { Filters } from './filters.ts';

const intervalMillis = 2000;
/** More than this is history: the search shows it. */
const maximumRecords = 500;
/** Where nothing tells the ledger's time, this clock does, which may be ahead. */
const marginMillis = 5 * 60_000;
const pagesPerLook = 5;

export interface Tail {
  /** Newest first. */
  readonly records: readonly LedgerRecord[];
  /** Whether the last look failed. */
  readonly isBehind: boolean;
}

const nothing: Tail = { records: [], isBehind: false };

const wholeSeconds = (epochMillis: number): string =>
  `${new Date(epochMillis).toISOString().slice(0, 19)}Z`;

/** All pages from a time on, so that a burst between two looks is not cut off. */
const readFrom = async (filters: Filters, from: string): Promise<readonly LedgerRecord[]> => {
  const records: LedgerRecord[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesPerLook; page += 1) {
    const answer = await read<{ records: readonly LedgerRecord[]; cursor: string | null }>(
      'issuances',
      { ...filters, from, limit: '100', cursor },
    );
    records.push(...answer.records);
    if (answer.cursor === null) break;
    cursor = answer.cursor;
  }
  return records;
};

/**
 * What was recorded since the switch was turned on; nothing while it is off.
 * @param newest the time of the newest record that is shown already; null where there is none
 */
export const useTail = (isLive: boolean, filters: Filters, newest: string | null): Tail => {
  const [tail, setTail] = useState<Tail>(nothing);
  const key = JSON.stringify(filters);
  useEffect(() => {
    setTail(nothing);
    if (!isLive) return undefined;
    const from = newest ?? filters['from'] ?? wholeSeconds(Date.now() - marginMillis);
    let isOver = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      try {
        const records = await readFrom(filters, from);
        if (!isOver) setTail({ records: records.slice(0, maximumRecords), isBehind: false });
      } catch {
        if (!isOver) setTail(({ records }) => ({ records, isBehind: true }));
      }
      // After the answer: a slow broker is not asked twice at a time.
      if (!isOver) timer = setTimeout(() => void look(), intervalMillis);
    };
    timer = setTimeout(() => void look(), intervalMillis);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isLive, key, newest]);
  return tail;
};
