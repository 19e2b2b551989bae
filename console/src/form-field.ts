/** The text of a form's field; empty where there is none. */
export const fieldOf = (data: FormData, name: string): string => {
  const value = data.get(name);
  return typeof value === 'string' ? value.trim() : '';
};
