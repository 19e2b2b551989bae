/** CloudFormation's intrinsic functions, as far as templates of the CDK use them. */
import { DeployError } from './deploy-error.ts';

/** What a template's references stand for at this point of its deployment. */
export interface Scope {
  /** `Ref` of a resource, a parameter or a pseudo parameter. */
  readonly ref: (logicalId: string) => unknown;
  readonly attribute: (logicalId: string, name: string) => unknown;
  readonly imported: (exportName: string) => unknown;
  readonly condition: (name: string) => boolean;
  readonly mapping: (map: string, first: string, second: string) => unknown;
}

/** `AWS::NoValue`: the property or list entry is left out. */
export const noValue = Symbol('AWS::NoValue');

type Evaluate = (argument: unknown, scope: Scope) => unknown;

const text = (value: unknown, where: string): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new DeployError(`${where} needs text.`);
};

const list = (value: unknown, where: string): readonly unknown[] => {
  if (Array.isArray(value)) return value as unknown[];
  throw new DeployError(`${where} needs a list.`);
};

const attribute = (argument: unknown, scope: Scope): unknown => {
  const [id, ...names] =
    typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt');
  return scope.attribute(
    text(id, 'Fn::GetAtt'),
    names.map((name) => text(resolve(name, scope), 'Fn::GetAtt')).join('.'),
  );
};

const substitute = (argument: unknown, scope: Scope): string => {
  const [template, values] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  const given = resolve(values, scope) as Record<string, unknown>;
  return text(template, 'Fn::Sub').replaceAll(
    /\$\{(!?)([^}]+)\}/g,
    (whole, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (Object.hasOwn(given, name)) return text(given[name], whole);
      const value = name.includes('.') ? attribute(name, scope) : scope.ref(name);
      return text(value, whole);
    },
  );
};

const functions: Readonly<Record<string, Evaluate>> = {
  Ref: (argument, scope) => scope.ref(text(argument, 'Ref')),
  'Fn::GetAtt': attribute,
  'Fn::Sub': substitute,
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = list(argument, 'Fn::Join');
    return list(resolve(parts, scope), 'Fn::Join')
      .map((part) => text(part, 'Fn::Join'))
      .join(text(separator, 'Fn::Join'));
  },
  'Fn::Select': (argument, scope) => {
    const [index, items] = list(argument, 'Fn::Select');
    const chosen = list(resolve(items, scope), 'Fn::Select')[Number(resolve(index, scope))];
    if (chosen === undefined) throw new DeployError('Fn::Select chooses beyond the list.');
    return chosen;
  },
  'Fn::Split': (argument, scope) => {
    const [separator, whole] = list(argument, 'Fn::Split');
    return text(resolve(whole, scope), 'Fn::Split').split(text(separator, 'Fn::Split'));
  },
  'Fn::ImportValue': (argument, scope) =>
    scope.imported(text(resolve(argument, scope), 'Fn::ImportValue')),
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = list(resolve(argument, scope), 'Fn::FindInMap');
    return scope.mapping(
      text(map, 'Fn::FindInMap'),
      text(first, 'Fn::FindInMap'),
      text(second, 'Fn::FindInMap'),
    );
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = list(argument, 'Fn::If');
    return resolve(scope.condition(text(name, 'Fn::If')) ? whenTrue : whenFalse, scope);
  },
  'Fn::Equals': (argument, scope) => {
    const [left, right] = list(resolve(argument, scope), 'Fn::Equals');
    return text(left, 'Fn::Equals') === text(right, 'Fn::Equals');
  },
  'Fn::Not': (argument, scope) => list(resolve(argument, scope), 'Fn::Not')[0] !== true,
  'Fn::And': (argument, scope) =>
    list(resolve(argument, scope), 'Fn::And').every((each) => each === true),
  'Fn::Or': (argument, scope) =>
    list(resolve(argument, scope), 'Fn::Or').some((each) => each === true),
  Condition: (argument, scope) => scope.condition(text(argument, 'Condition')),
};

/** IAM policies have a member of this name too, whose value is an object. */
const isFunctionCall = (name: string, argument: unknown): boolean =>
  name === 'Ref' ||
  name.startsWith('Fn::') ||
  (name === 'Condition' && typeof argument === 'string');

/**
 * A value with every intrinsic function evaluated.
 * @throws DeployError naming the function that is unknown or misused
 */
export const resolve = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== noValue);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isFunctionCall(only[0], only[1])) {
    const evaluate = functions[only[0]];
    if (evaluate === undefined) throw new DeployError(`The twin does not evaluate ${only[0]}.`);
    return evaluate(only[1], scope);
  }
  return Object.fromEntries(
    entries
      .map(([key, item]): [string, unknown] => [key, resolve(item, scope)])
      .filter(([, item]) => item !== noValue),
  );
};
