/** Where the page is, kept behind `#` so that every view has an address that can be passed on. */
export interface Address {
  /** `['sessions', '<id>']` for `#/sessions/<id>?…`; empty for the search. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export const addressOf = (hash: string): Address => {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part)),
    query: new URLSearchParams(query),
  };
};

export const linkTo = (
  path: readonly string[],
  query: Readonly<Record<string, string | undefined>> = {},
): string => {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, value);
  }
  const search = parameters.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`;
};
