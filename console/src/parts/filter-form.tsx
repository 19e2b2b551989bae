import type { JSX } from 'preact';
import { linkTo } from '../address.ts';
import { fieldOfInstant, filterFields, instantOfField, type Filters } from '../filters.ts';
import { fieldOf } from '../form-field.ts';
import { outcomeWords } from './record-table.tsx';

type Field = (typeof filterFields)[number];

const isTime = ({ name }: Field): boolean => name === 'from' || name === 'to';

/** Every filter as a field; what was searched for by a clue stands in its own. */
export const FilterForm = ({ filters }: { readonly filters: Filters }): JSX.Element => {
  const active = Object.keys(filters).length;
  return (
    <details open={active > 0} class="filter-box">
      <summary>Filters{active > 0 ? ` (${String(active)})` : ''}</summary>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          location.hash = linkTo(
            [],
            Object.fromEntries(
              filterFields.map((field) => {
                const value = fieldOf(data, field.name);
                return [field.name, isTime(field) ? instantOfField(value) : value];
              }),
            ),
          );
        }}
      >
        {filterFields.map((field) => (
          <label key={field.name}>
            {field.label}
            <FieldInput field={field} value={filters[field.name] ?? ''} />
          </label>
        ))}
        <div class="actions">
          <button type="submit">Apply</button>
          <a href={linkTo([])}>Clear</a>
        </div>
      </form>
    </details>
  );
};

const FieldInput = (props: { readonly field: Field; readonly value: string }): JSX.Element => {
  const { field, value } = props;
  if (field.name === 'outcome') {
    return (
      <select name={field.name} value={value}>
        <option value="">any</option>
        {Object.entries(outcomeWords).map(([outcome, word]) => (
          <option key={outcome} value={outcome}>
            {word}
          </option>
        ))}
      </select>
    );
  }
  return isTime(field) ? (
    <input name={field.name} type="datetime-local" step="1" defaultValue={fieldOfInstant(value)} />
  ) : (
    <input name={field.name} defaultValue={value} placeholder={field.hint} spellcheck={false} />
  );
};
