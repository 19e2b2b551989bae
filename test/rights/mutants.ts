/** Every allow statement and every condition that the templates define, each taken away on its own. */
import type { TemplateResource } from '../../local/deploy/deploy.ts';

type Json = Record<string, unknown>;

interface Statement extends Json {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Condition?: Readonly<Record<string, Readonly<Json>>>;
}

export interface Mutant {
  /** Names the resource, the statement and what was taken away; the same from synth to synth. */
  readonly id: string;
  /** The resource as it would be deployed. */
  readonly resource: TemplateResource;
  /** As the policy spells them: says which stories to try first. */
  readonly actions: readonly string[];
  readonly kind: 'statement' | 'condition';
}

/** Where a policy document lies in the properties. */
type Path = readonly (string | number)[];

const documentsIn = (
  value: unknown,
  path: Path = [],
): { path: Path; statements: Statement[] }[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { Statement: found } = value as Json;
  if (found !== undefined) return [{ path, statements: [found].flat() as Statement[] }];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((each: unknown, index) => [index, each])
    : Object.entries(value);
  return entries.flatMap(([key, each]) => documentsIn(each, [...path, key]));
};

const replaceAt = (value: unknown, path: Path, replacement: unknown): unknown => {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((each: unknown, index) =>
      index === key ? replaceAt(each, rest, replacement) : each,
    );
  const object = value as Json;
  return { ...object, [key]: replaceAt(object[key], rest, replacement) };
};

/** Whatever its name. */
const meaning = (statement: Statement): string => JSON.stringify({ ...statement, Sid: undefined });

const without = (statement: Statement, operator: string, key: string): Statement => {
  const left = Object.entries(statement.Condition?.[operator] ?? {}).filter(
    ([name]) => name !== key,
  );
  return {
    ...statement,
    Condition: { ...statement.Condition, [operator]: Object.fromEntries(left) },
  };
};

/**
 * Statements of one document that are equal but for their names stand and fall together: a machine's role has
 * one for each Task, so that a reviewer can compare the two lists, which test/stack does.
 */
const mutantsOfDocument = (
  resource: TemplateResource,
  path: Path,
  statements: readonly Statement[],
): Mutant[] => {
  const groups = new Map<string, { first: Statement; name: string }>();
  statements.forEach((statement, index) => {
    const key = meaning(statement);
    const name = statement.Sid ?? `#${String(index + 1)}`;
    const group = groups.get(key);
    groups.set(key, { first: statement, name: group ? `${group.name}+${name}` : name });
  });
  const logicalId = resource.logicalId.replace(/[0-9A-F]{8}$/, '');
  const part = path[0] === 'Policies' ? '' : ` ${path.join('.')}`;
  return [...groups].flatMap(([key, { first, name }]): Mutant[] => {
    const mutant = (
      kind: Mutant['kind'],
      what: string,
      change: (old: Statement) => Statement[],
    ) => ({
      id: `${logicalId}${part}: ${name} without ${what}`,
      kind,
      actions: [first['Action']].flat() as string[],
      resource: {
        ...resource,
        properties: replaceAt(
          resource.properties,
          [...path, 'Statement'],
          statements.flatMap((each) => (meaning(each) === key ? change(each) : [each])),
        ),
      },
    });
    return [
      mutant('statement', 'itself', () => []),
      ...Object.entries(first.Condition ?? {}).flatMap(([operator, tests]) =>
        Object.keys(tests).map((conditionKey) =>
          mutant('condition', `${operator} ${conditionKey}`, (each) => [
            without(each, operator, conditionKey),
          ]),
        ),
      ),
    ];
  });
};

/** A function's permission is a statement of its policy, in other words. */
const mutantsOfPermission = (resource: TemplateResource): Mutant[] => {
  const properties = resource.properties as Json;
  const logicalId = resource.logicalId.replace(/[0-9A-F]{8}$/, '');
  const mutant = (kind: Mutant['kind'], what: string, change: Json): Mutant => ({
    id: `${logicalId}: permission without ${what}`,
    kind,
    actions: [String(properties['Action'])],
    resource: { ...resource, properties: { ...properties, ...change } },
  });
  return [
    // An action that nobody asks for: to the function, the permission is not there.
    mutant('statement', 'itself', { Action: 'lambda:Nothing' }),
    ...['SourceArn', 'SourceAccount'].flatMap((key) =>
      properties[key] === undefined ? [] : [mutant('condition', key, { [key]: null })],
    ),
  ];
};

export const mutantsOf = (resources: readonly TemplateResource[]): readonly Mutant[] =>
  resources.flatMap((resource) =>
    resource.type === 'AWS::Lambda::Permission'
      ? mutantsOfPermission(resource)
      : documentsIn(resource.properties).flatMap(({ path, statements }) =>
          mutantsOfDocument(resource, path, statements),
        ),
  );
