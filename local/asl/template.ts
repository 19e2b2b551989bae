/** JSON with expressions in it, as `Arguments`, `Output` and `Assign` are. */
import { compileExpression, expressionText } from './expression.ts';
import type { Expression, Surroundings } from './expression.ts';

export type Template =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly location: string }
  | {
      /** A list's members are named by their places. */
      readonly kind: 'array' | 'object';
      readonly members: readonly (readonly [string, Template])[];
    };

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
  const isList = Array.isArray(value);
  const members = Object.entries(value).map(([key, member]) => {
    const place = isList ? `${location}[${key}]` : `${location}/${key}`;
    return [key, compileTemplate(member, place, complain)] as const;
  });
  return members.every(([, member]) => member.kind === 'constant')
    ? { kind: 'constant', value }
    : { kind: isList ? 'array' : 'object', members };
};

type Members = Extract<Template, { readonly members: unknown }>['members'];

/** An object or a list from a member on that is waited for. */
const complete = async (
  whole: Record<string, unknown>,
  [key, value]: readonly [string, Promise<unknown>],
  rest: Members,
  surroundings: Surroundings,
): Promise<unknown> => {
  whole[key] = await value;
  for (const [name, member] of rest) whole[name] = await evaluateTemplate(member, surroundings);
  return whole;
};

/**
 * @returns the value, or its promise where an expression in it takes JSONata's evaluator: most take nothing that waits
 * @throws States.QueryEvaluationError when an expression in it fails or gives nothing
 */
export const evaluateTemplate = (template: Template, surroundings: Surroundings): unknown => {
  switch (template.kind) {
    case 'constant':
      return template.value;
    case 'expression': {
      const direct = template.expression.direct(surroundings);
      return direct === undefined
        ? template.expression.evaluate(surroundings, template.location)
        : direct;
    }
    case 'array':
    case 'object': {
      const { kind, members } = template;
      const whole = (kind === 'array' ? [] : {}) as Record<string, unknown>;
      for (const [place, [key, member]] of members.entries()) {
        const value = evaluateTemplate(member, surroundings);
        if (value instanceof Promise)
          return complete(whole, [key, value], members.slice(place + 1), surroundings);
        whole[key] = value;
      }
      return whole;
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
    case 'object':
      return template.members.flatMap(([, member]) => expressionsOf(member));
  }
};
