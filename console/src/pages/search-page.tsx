import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { LedgerRecord } from '../../../core/contracts/ledger-api.ts';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { clueOf } from '../clue.ts';
import { fieldOf } from '../form-field.ts';
import { FailureNotice } from '../parts/notice.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { useAnswer } from '../use-answer.ts';
import { useTail } from '../use-tail.ts';

interface Page {
  readonly records: readonly LedgerRecord[];
  readonly cursor: string | null;
}

const filterNames = [
  'subject',
  'client',
  'actor',
  'grant',
  'identityId',
  'accessKeyId',
  'outcome',
  'from',
  'to',
] as const;

/** Finds hand-outs and refusals by whatever clue there is, and shows new ones as they come. */
export const SearchPage = ({ query }: { readonly query: URLSearchParams }): JSX.Element => {
  const filters = Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const [isLive, setIsLive] = useState(false);
  return (
    <>
      <h1>Issuances</h1>
      <ClueForm />
      <FilterForm key={query.toString()} filters={filters} />
      <p>
        <label class="inline">
          <input
            type="checkbox"
            checked={isLive}
            onChange={(event) => {
              setIsLive(event.currentTarget.checked);
            }}
          />
          Show new ones as they come
        </label>
      </p>
      <Results filters={filters} isLive={isLive} />
    </>
  );
};

const ClueForm = (): JSX.Element => (
  <form
    class="clue"
    role="search"
    onSubmit={(event) => {
      event.preventDefault();
      const clue = clueOf(fieldOf(new FormData(event.currentTarget), 'clue'));
      if (clue === null) return;
      location.hash =
        clue.field === 'session'
          ? linkTo(['sessions', clue.value])
          : linkTo([], { [clue.field]: clue.value });
    }}
  >
    <label>
      A clue: access key id, subject, identity id, object path, session or execution
      <input name="clue" placeholder="ASIA…" />
    </label>
    <button type="submit">Find</button>
  </form>
);

const FilterForm = (props: { readonly filters: Readonly<Record<string, string>> }): JSX.Element => {
  const active = Object.keys(props.filters).length;
  return (
    <details open={active > 0}>
      <summary>Filters{active > 0 ? ` (${String(active)})` : ''}</summary>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          location.hash = linkTo(
            [],
            Object.fromEntries(filterNames.map((name) => [name, fieldOf(data, name)])),
          );
        }}
      >
        {filterNames.map((name) => (
          <label key={name}>
            {name}
            {name === 'outcome' ? (
              <select name={name} value={props.filters[name] ?? ''}>
                <option value="">any</option>
                <option value="minted">minted</option>
                <option value="cache">cache</option>
                <option value="denied">denied</option>
                <option value="withdrawn">withdrawn</option>
                <option value="failed">failed</option>
              </select>
            ) : (
              <input
                name={name}
                defaultValue={props.filters[name] ?? ''}
                placeholder={name === 'from' || name === 'to' ? '2026-11-21T12:00:00Z' : ''}
              />
            )}
          </label>
        ))}
        <button type="submit">Apply</button>
        <a href={linkTo([])}>Clear</a>
      </form>
    </details>
  );
};

const Results = (props: {
  readonly filters: Readonly<Record<string, string>>;
  readonly isLive: boolean;
}): JSX.Element => {
  const { filters, isLive } = props;
  const key = JSON.stringify(filters);
  const first = useAnswer(key, () => read<Page>('issuances', filters));
  const [more, setMore] = useState<{ readonly key: string; readonly pages: readonly Page[] }>({
    key,
    pages: [],
  });
  const fresh = useTail(isLive, filters);
  useEffect(() => {
    setMore({ key, pages: [] });
  }, [key]);
  if (first.state === 'loading') return <p class="quiet">Looking…</p>;
  if (first.state === 'failed') return <FailureNotice failure={first.failure} />;
  const pages = [first.answer, ...(more.key === key ? more.pages : [])];
  const cursor = pages.at(-1)?.cursor ?? null;
  const known = [...fresh, ...pages.flatMap(({ records }) => records)];
  const records = known.filter(
    ({ id }, index) => known.findIndex((one) => one.id === id) === index,
  );
  return (
    <>
      <p aria-live="polite" class="quiet">
        {isLive ? `Live: ${String(fresh.length)} new.` : ''}
      </p>
      <RecordTable records={records} caption={`${String(records.length)} shown, newest first`} />
      {cursor !== null && (
        <button
          type="button"
          onClick={() => {
            void read<Page>('issuances', { ...filters, cursor }).then((page) => {
              setMore({ key, pages: [...pages.slice(1), page] });
            });
          }}
        >
          Older
        </button>
      )}
    </>
  );
};
