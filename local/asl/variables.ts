/** The variables of a state machine, and which of them a JSONata expression refers to. */
export type Variables = ReadonlyMap<
  string,
  {
    readonly value: unknown;
    /** Of its JSON text; counts against the limits. */ readonly bytes: number;
  }
>;

const builtins: ReadonlySet<string> = new Set(
  (
    'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad ' +
    'match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round ' +
    'abs sqrt power random boolean not map zip filter single reduce sift keys lookup append exists spread merge ' +
    'reverse each error assert type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl ' +
    'decodeUrlComponent decodeUrl eval toMillis fromMillis clone now millis partition range hash uuid parse'
  ).split(' '),
);

export interface References {
  /** Every `$name` in the text: these are looked up in the scope. */
  readonly names: readonly string[];
  /** Those that neither the expression nor JSONata binds: a scope without them makes it fail. */
  readonly free: readonly string[];
  /** The members of `$states` that it reads. */
  readonly members: readonly string[];
  /** Whether it reads the document root (`$$`) or a field of it, of which there is none here. */
  readonly usesRoot: boolean;
}

type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** The name that an AST node binds: a lambda's parameter, `:=`, `@$name`, `#$name`. */
const boundNames = (node: Node): string[] => {
  const names: string[] = [];
  if (node['type'] === 'lambda') {
    for (const parameter of node['arguments'] as Node[]) names.push(parameter['value'] as string);
  }
  if (node['type'] === 'bind') names.push((node['lhs'] as Node)['value'] as string);
  for (const field of ['focus', 'index']) {
    const name = node[field];
    if (typeof name === 'string') names.push(name);
  }
  if (node['type'] === 'index' && typeof node['value'] === 'string') names.push(node['value']);
  return names;
};

/** `input` of a path that begins `$states.input`. */
const memberOf = (node: Node): string | undefined => {
  if (node['type'] !== 'path') return undefined;
  const [first, second] = node['steps'] as Node[];
  if (first?.['type'] !== 'variable' || first['value'] !== 'states') return undefined;
  return second?.['type'] === 'name' ? (second['value'] as string) : undefined;
};

export const referencesOf = (ast: unknown): References => {
  const names = new Set<string>();
  const bound = new Set<string>();
  const members = new Set<string>();
  let usesRoot = false;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(visit);
      return;
    }
    if (!isNode(value) || value instanceof RegExp) return;
    if (value['type'] === 'variable') {
      const name = value['value'] as string;
      if (name === '$') usesRoot = true;
      else if (name !== '') names.add(name);
    }
    boundNames(value).forEach((name) => bound.add(name));
    const member = memberOf(value);
    if (member !== undefined) members.add(member);
    Object.values(value).forEach(visit);
  };
  visit(ast);
  return {
    names: [...names],
    free: [...names].filter((name) => !bound.has(name) && !builtins.has(name)),
    members: [...members],
    usesRoot,
  };
};
