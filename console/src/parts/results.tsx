import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LedgerRecord } from '../../../core/contracts/ledger-answers.ts';
import { read, type Failure } from '../broker.ts';
import type { Filters } from '../filters.ts';
import { failureOf, useAnswer } from '../use-answer.ts';
import { useTail } from '../use-tail.ts';
import { FailureNotice } from './notice.tsx';
import { RecordTable } from './record-table.tsx';

interface Page {
  readonly records: readonly LedgerRecord[];
  readonly cursor: string | null;
}

interface Older {
  readonly key: string;
  readonly pages: readonly Page[];
  readonly isLoading: boolean;
  readonly failure: Failure | null;
}

const withoutRepeats = (records: readonly LedgerRecord[]): readonly LedgerRecord[] => [
  ...new Map(records.map((record) => [record.id, record])).values(),
];

/** A list of the ledger: the newest page, older ones on demand, and new ones as they come. */
export const Results = (props: {
  readonly filters: Filters;
  readonly isLive: boolean;
}): JSX.Element => {
  const { filters, isLive } = props;
  const key = JSON.stringify(filters);
  const first = useAnswer(key, () => read<Page>('issuances', filters));
  const none: Older = { key, pages: [], isLoading: false, failure: null };
  const [held, hold] = useState<Older>(none);
  const older = held.key === key ? held : none;
  const newest = first.state === 'there' ? (first.answer.records[0]?.at ?? null) : null;
  const tail = useTail(isLive && first.state === 'there', filters, newest);
  useEffect(() => {
    hold(none);
  }, [key]);
  if (first.state === 'loading') return <p class="quiet">Looking…</p>;
  if (first.state === 'failed') return <FailureNotice failure={first.failure} />;
  const pages = [first.answer, ...older.pages];
  const cursor = pages.at(-1)?.cursor ?? null;
  const known = new Set(pages.flatMap(({ records }) => records.map(({ id }) => id)));
  const fresh = tail.records.filter(({ id }) => !known.has(id));
  const records = withoutRepeats([...fresh, ...pages.flatMap((page) => page.records)]);
  const readOlder = async (from: string) => {
    hold({ ...older, isLoading: true, failure: null });
    try {
      const page = await read<Page>('issuances', { ...filters, cursor: from });
      hold({ ...none, pages: [...older.pages, page] });
    } catch (error) {
      hold({ ...older, isLoading: false, failure: failureOf(error) });
    }
  };
  return (
    <>
      <p aria-live="polite" class="quiet live">
        {isLive ? liveWords(fresh.length, tail.isBehind) : ''}
      </p>
      <RecordTable
        records={records}
        caption={captionOf(records.length, cursor !== null)}
        fresh={new Set(fresh.map(({ id }) => id))}
        empty={
          cursor === null ? undefined : 'Nothing in this part of the ledger; older ones follow.'
        }
      />
      {older.failure !== null && <FailureNotice failure={older.failure} />}
      {cursor !== null && (
        <button
          type="button"
          disabled={older.isLoading}
          onClick={() => {
            void readOlder(cursor);
          }}
        >
          {older.isLoading ? 'Looking…' : 'Older'}
        </button>
      )}
    </>
  );
};

const captionOf = (count: number, hasMore: boolean): string =>
  `${String(count)} shown, newest first${hasMore ? '; there are older ones' : ''}`;

const liveWords = (count: number, isBehind: boolean): string =>
  isBehind ? 'Live, but the last look failed; trying again.' : `Live: ${String(count)} new.`;
