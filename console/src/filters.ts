/** What a list may be narrowed to, by the API's names, as the page says them. */
export const filterFields = [
  { name: 'subject', label: 'Subject', hint: 'users:…' },
  { name: 'client', label: 'Client', hint: '' },
  { name: 'actor', label: 'Acting client', hint: '' },
  { name: 'grant', label: 'Grant', hint: '' },
  { name: 'identityId', label: 'Identity id', hint: 'us-east-1:…' },
  { name: 'accessKeyId', label: 'Access key id', hint: 'ASIA…' },
  { name: 'outcome', label: 'Outcome', hint: '' },
  { name: 'from', label: 'From (UTC)', hint: '' },
  { name: 'to', label: 'Before (UTC)', hint: '' },
] as const;

export type Filters = Readonly<Record<string, string>>;

export const filtersOf = (query: URLSearchParams): Filters =>
  Object.fromEntries(
    filterFields.flatMap(({ name }) => {
      const value = query.get(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );

/** A field for a time has no zone: all times on this page are UTC. */
export const fieldOfInstant = (instant: string | undefined): string => {
  const at = Date.parse(instant ?? '');
  return Number.isNaN(at) ? '' : new Date(at).toISOString().slice(0, 19);
};

/** The seconds may be left out of the field. */
export const instantOfField = (field: string): string =>
  field === '' ? '' : `${field.length === 16 ? `${field}:00` : field.slice(0, 19)}Z`;
