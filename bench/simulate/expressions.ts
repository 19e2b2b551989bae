/**
 * The part of DynamoDB's expressions that issue-credentials uses, read from its own text: `attribute_not_exists`,
 * `attribute_type`, comparisons, NOT, AND, OR and parentheses; SET, ADD and REMOVE. Anything else is refused rather than guessed.
 */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly M?: Readonly<Record<string, AttributeValue>>;
}
export type Item = Record<string, AttributeValue>;

export interface Bindings {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}
type Condition = (item: Item, bindings: Bindings) => boolean;
type Update = (item: Item, bindings: Bindings) => void;

const scalarOf = (value: AttributeValue | undefined): string | number | undefined =>
  value?.N === undefined ? value?.S : Number(value.N);

const comparisons: Readonly<
  Record<string, (one: string | number, other: string | number) => boolean>
> = {
  '=': (one, other) => one === other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
};

const attributeName = (name: string, { names }: Bindings): string =>
  name.startsWith('#') ? (names[name] ?? refuse(name)) : name;

const refuse = (text: string): never => {
  throw new TypeError(`The simulation does not know this of DynamoDB: ${text}`);
};

export const parseCondition = (text: string): Condition => {
  const words = text.match(/[A-Za-z_#:][\w]*|[(),]|<=|[<=]/g) ?? [];
  let place = 0;
  const take = (): string => words[(place += 1) - 1] ?? refuse(text);
  const expect = (word: string): void => {
    if (take() !== word) refuse(text);
  };
  const operand = (): Condition => {
    const word = take();
    if (word === '(') {
      const inner = either();
      expect(')');
      return inner;
    }
    if (word === 'attribute_not_exists') {
      expect('(');
      const name = take();
      expect(')');
      return (item, bindings) => item[attributeName(name, bindings)] === undefined;
    }
    if (word === 'NOT') {
      const inner = operand();
      return (item, bindings) => !inner(item, bindings);
    }
    if (word === 'attribute_type') {
      expect('(');
      const name = take();
      expect(',');
      const type = take();
      expect(')');
      return (item, bindings) => {
        const wanted = bindings.values[type]?.S ?? refuse(type);
        return Object.keys(item[attributeName(name, bindings)] ?? {}).includes(wanted);
      };
    }
    const compare = comparisons[take()] ?? refuse(text);
    const value = take();
    return (item, bindings) => {
      const found = scalarOf(item[attributeName(word, bindings)]);
      const wanted = scalarOf(bindings.values[value]) ?? refuse(value);
      // Values of different types are never equal, and never in an order.
      return found !== undefined && typeof found === typeof wanted && compare(found, wanted);
    };
  };
  const listOf = (word: 'AND' | 'OR', next: () => Condition): readonly Condition[] => {
    const all = [next()];
    while (words[place] === word) {
      place += 1;
      all.push(next());
    }
    return all;
  };
  const both = (): Condition => {
    const all = listOf('AND', operand);
    return (item, bindings) => all.every((holds) => holds(item, bindings));
  };
  const either = (): Condition => {
    const all = listOf('OR', both);
    return (item, bindings) => all.some((holds) => holds(item, bindings));
  };
  const condition = either();
  return place === words.length ? condition : refuse(text);
};

const valueOf = (name: string, { values }: Bindings): AttributeValue =>
  values[name] ?? refuse(name);

const actions: Readonly<Record<string, (text: string) => Update>> = {
  SET: (text) => {
    const [name = '', value = ''] = text.split(/\s*=\s*/);
    return (item, bindings) => {
      item[attributeName(name, bindings)] = valueOf(value, bindings);
    };
  },
  ADD: (text) => {
    const [name = '', value = ''] = text.split(/\s+/);
    return (item, bindings) => {
      const attribute = attributeName(name, bindings);
      const sum = Number(item[attribute]?.N ?? 0) + Number(valueOf(value, bindings).N);
      item[attribute] = { N: String(sum) };
    };
  },
  REMOVE: (text) => (item, bindings) => {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an attribute of a row, as DynamoDB removes it
    delete item[attributeName(text, bindings)];
  },
};

export const parseUpdate = (text: string): Update => {
  const [before = '', ...clauses] = text.split(/\b(SET|ADD|REMOVE)\b/);
  if (before.trim() !== '' || clauses.length === 0) refuse(text);
  const updates: Update[] = [];
  for (let index = 0; index < clauses.length; index += 2) {
    const action = actions[clauses[index] ?? ''] ?? refuse(text);
    for (const part of (clauses[index + 1] ?? '').split(',')) updates.push(action(part.trim()));
  }
  return (item, bindings) => {
    for (const update of updates) update(item, bindings);
  };
};
