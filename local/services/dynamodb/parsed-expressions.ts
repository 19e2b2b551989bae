/**
 * Keeps what dynalite's parsers made of an expression. They try each operand in four ways, and whatever is in parentheses
 * in each of them anew: a condition of five lines takes a millisecond, and clients send the same few again and again.
 */
import conditionParser from 'dynalite/db/conditionParser.js';
import projectionParser from 'dynalite/db/projectionParser.js';
import updateParser from 'dynalite/db/updateParser.js';
import type { ExpressionContext, ExpressionParser } from 'dynalite/db/conditionParser.js';
import { keptAnswers } from '../../kept-answers.ts';

type Values = ExpressionContext['attrVals'];

interface ParsedExpression {
  /** What the parser made of it, with stand-ins where values belong. */
  readonly form: unknown;
  readonly nameOfStandIn: ReadonlyMap<unknown, string>;
  readonly usedNames: readonly string[];
  readonly usedValues: readonly string[];
}

/** Enough for every expression of the broker and of its tests. */
const mostExpressions = 2_000;

/** Of these the parser compares the bounds: what is right with one value is wrong with another. */
const comparesValues = /between/i;

/** What `attribute_type` may be asked for. */
const typeNames: ReadonlySet<unknown> = new Set([
  ...['B', 'BOOL', 'BS', 'L', 'M', 'N', 'NS', 'NULL', 'S', 'SS'],
]);

/** All that a parser looks at in a value: its type, and whether it is the name of one. */
const kindOf = (value: Readonly<Record<string, unknown>>): string => {
  const type = Object.keys(value).join();
  return typeNames.has(value['S']) ? `${type} ${String(value['S'])}` : type;
};

const questionOf = (text: string, { attrNames, attrVals = {} }: ExpressionContext): string => {
  const parts: unknown[] = [text, attrNames];
  for (const [name, value] of Object.entries(attrVals)) parts.push(name, kindOf(value));
  return JSON.stringify(parts);
};

const keysOf = (object: object | undefined): readonly string[] => Object.keys(object ?? {});

/** A copy of a part of the form, with the values of a call where their stand-ins are. */
const filled = (
  part: unknown,
  nameOfStandIn: ParsedExpression['nameOfStandIn'],
  values: Values,
): unknown => {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((each) => filled(each, nameOfStandIn, values));
  const name = nameOfStandIn.get(part);
  if (name !== undefined) return values?.[name];
  // Those without a prototype are sets of names.
  if (Object.getPrototypeOf(part) === null) return part;
  const copy: Record<string, unknown> = { ...part };
  for (const key of Object.keys(copy)) copy[key] = filled(copy[key], nameOfStandIn, values);
  return copy;
};

/** @returns a text where the parser refuses, as it does */
const parsedWithStandIns = (
  parse: ExpressionParser['parse'],
  text: string,
  context: ExpressionContext,
): ParsedExpression | string => {
  // An object of its own for each name, whatever the caller's have in common.
  const standIns = Object.fromEntries(
    Object.entries(context.attrVals ?? {}).map(([name, value]) => [name, { ...value }]),
  );
  const unusedAttrNames = { ...context.attrNames };
  const unusedAttrVals = { ...standIns };
  const form = parse(text, {
    context: { ...context, attrVals: standIns, unusedAttrNames, unusedAttrVals },
  });
  if (typeof form === 'string') return form;
  return {
    form,
    nameOfStandIn: new Map(Object.entries(standIns).map(([name, standIn]) => [standIn, name])),
    usedNames: keysOf(context.attrNames).filter((name) => !(name in unusedAttrNames)),
    usedValues: keysOf(standIns).filter((name) => !(name in unusedAttrVals)),
  };
};

/** @returns a `parse` that does and refuses what the parser's own does */
export const keepingParse = (parse: ExpressionParser['parse']): ExpressionParser['parse'] => {
  const known = keptAnswers<ParsedExpression>(mostExpressions);
  return (text, { context }) => {
    if (comparesValues.test(text)) return parse(text, { context });
    const question = questionOf(text, context);
    let parsed = known.get(question);
    if (parsed === undefined) {
      const made = parsedWithStandIns(parse, text, context);
      if (typeof made === 'string') return made;
      parsed = known.keep(question, made);
    }
    for (const name of parsed.usedNames) Reflect.deleteProperty(context.unusedAttrNames, name);
    for (const name of parsed.usedValues) Reflect.deleteProperty(context.unusedAttrVals, name);
    return filled(parsed.form, parsed.nameOfStandIn, context.attrVals);
  };
};

/** Has dynalite's own parsers keep what they parse. */
export const keepParsedExpressions = (): void => {
  for (const parser of [conditionParser, projectionParser, updateParser])
    parser.parse = keepingParse(parser.parse);
};
