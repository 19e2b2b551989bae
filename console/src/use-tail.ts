import { useEffect, useState } from 'preact/hooks';
import type { LedgerRecord } from '../../core/contracts/ledger-api.ts';
import { read } from './broker.ts';

const intervalMillis = 2000;
/** More than this is history: the search shows it. */
const maximumRecords = 500;

/** What was recorded since the switch was turned on, newest first; nothing while it is off. */
export const useTail = (
  isLive: boolean,
  filters: Readonly<Record<string, string>>,
): readonly LedgerRecord[] => {
  const [fresh, setFresh] = useState<readonly LedgerRecord[]>([]);
  const key = JSON.stringify(filters);
  useEffect(() => {
    setFresh([]);
    if (!isLive) return undefined;
    const from = `${new Date().toISOString().slice(0, 19)}Z`;
    const look = async () => {
      const { records } = await read<{ records: readonly LedgerRecord[] }>('issuances', {
        ...filters,
        from,
        to: undefined,
      });
      setFresh((known) =>
        [...records.filter(({ id }) => !known.some((one) => one.id === id)), ...known].slice(
          0,
          maximumRecords,
        ),
      );
    };
    const timer = setInterval(() => {
      // A failed look is made again; the search above says what is wrong.
      look().catch(() => undefined);
    }, intervalMillis);
    return () => {
      clearInterval(timer);
    };
  }, [isLive, key]);
  return fresh;
};
