/** JSON with expressions in it, as `Arguments`, `Output` and `Assign` are. */
import { compileExpression, expressionText } from './expression.ts';
import type { Expression, Surroundings } from './expression.ts';

export type Template =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly location: string }
  | { readonly kind: 'array'; readonly items: readonly Template[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Template])[] };

/** @param complain takes JSONata's words where a text in it is no expression, and the field's location */
export const compileTemplate = (
  value: unknown,
  location: string,
  complain: (message: string, location: string) => void,
): Template => {
  if (typeof value === 'string') {
    const text = expressionText(value);
    if (text === undefined) return { kind: 'constant', value };
    try {
      return { kind: 'expression', expression: compileExpression(text), location };
    } catch (error) {
      complain((error as Error).message, location);
      return { kind: 'constant', value };
    }
  }
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value };
  if (Array.isArray(value)) {
    const items = value.map((item, index) =>
      compileTemplate(item, `${location}[${String(index)}]`, complain),
    );
    return items.every((item) => item.kind === 'constant')
      ? { kind: 'constant', value }
      : { kind: 'array', items };
  }
  const members = Object.entries(value).map(
    ([key, member]) => [key, compileTemplate(member, `${location}/${key}`, complain)] as const,
  );
  return members.every(([, member]) => member.kind === 'constant')
    ? { kind: 'constant', value }
    : { kind: 'object', members };
};

/** @throws States.QueryEvaluationError when an expression in it fails or gives nothing */
export const evaluateTemplate = async (
  template: Template,
  surroundings: Surroundings,
): Promise<unknown> => {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'expression': {
      const direct = template.expression.direct(surroundings);
      return direct === undefined
        ? template.expression.evaluate(surroundings, template.location)
        : direct;
    }
    case 'array': {
      const items: unknown[] = [];
      for (const item of template.items) {
        items.push(
          item.kind === 'constant' ? item.value : await evaluateTemplate(item, surroundings),
        );
      }
      return items;
    }
    case 'object': {
      const object: Record<string, unknown> = {};
      for (const [key, member] of template.members) {
        object[key] =
          member.kind === 'constant' ? member.value : await evaluateTemplate(member, surroundings);
      }
      return object;
    }
  }
};

/** Every expression in it. */
export const expressionsOf = (
  template: Template,
): readonly { expression: Expression; location: string }[] => {
  switch (template.kind) {
    case 'constant':
      return [];
    case 'expression':
      return [template];
    case 'array':
      return template.items.flatMap(expressionsOf);
    case 'object':
      return template.members.flatMap(([, member]) => expressionsOf(member));
  }
};
