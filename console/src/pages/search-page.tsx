import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { filtersOf } from '../filters.ts';
import { ClueForm } from '../parts/clue-form.tsx';
import { FilterForm } from '../parts/filter-form.tsx';
import { Results } from '../parts/results.tsx';

/** Finds hand-outs and refusals by whatever clue there is, and shows new ones as they come. */
export const SearchPage = ({ query }: { readonly query: URLSearchParams }): JSX.Element => {
  const filters = filtersOf(query);
  const [isLive, setIsLive] = useState(false);
  return (
    <>
      <h1>Issuances</h1>
      <ClueForm />
      <FilterForm key={query.toString()} filters={filters} />
      <label class="inline">
        <input
          type="checkbox"
          name="live"
          checked={isLive}
          onChange={(event) => {
            setIsLive(event.currentTarget.checked);
          }}
        />
        Show new ones as they come
      </label>
      <Results filters={filters} isLive={isLive} />
    </>
  );
};
