/** `$context` of templates and access logs. */
export interface ContextVariables {
  readonly [name: string]: string | number | ContextVariables | undefined;
}

const lookUp = (context: ContextVariables, path: readonly string[]): string | undefined => {
  let value: string | number | ContextVariables | undefined = context;
  for (const name of path) {
    if (typeof value !== 'object') return undefined;
    value = value[name];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
};

/** Fills in a template; nothing but `$context.…` has a meaning in it. */
export const fillIn = (template: string, context: ContextVariables, absent: string): string =>
  template.replaceAll(
    /\$context((?:\.[\w:-]+)+)/g,
    (_, path: string) => lookUp(context, path.slice(1).split('.')) ?? absent,
  );
