/**
 * The types of an operation's input with the structure of an attribute written out.
 * dynalite has a short name for it, and makes the structure behind that anew for every attribute that it checks.
 */

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const textsOf = (type: string): object => ({ type: 'List', children: type });

/** What dynalite makes of its `AttrStruct<ValueStruct>`; lists and maps have the same within. */
const attribute: { readonly type: string; readonly children: Record<string, unknown> } = {
  type: 'ValueStruct<AttributeValue>',
  children: {
    S: 'String',
    B: 'Blob',
    N: 'String',
    BOOL: 'Boolean',
    NULL: 'Boolean',
    BS: textsOf('Blob'),
    NS: textsOf('String'),
    SS: textsOf('String'),
  },
};
attribute.children['L'] = { type: 'List', children: attribute };
attribute.children['M'] = { type: 'Map<AttributeValue>', children: attribute };

/** For `checkTypes` only: what goes on to look at values by their types would look into each attribute. */
export const writtenOut = (types: object): object =>
  Object.fromEntries(
    Object.entries(types).map(([name, type]: [string, unknown]) => {
      if (type === 'AttrStruct<ValueStruct>') return [name, attribute];
      return [name, isObject(type) && !Array.isArray(type) ? writtenOut(type) : type];
    }),
  );
