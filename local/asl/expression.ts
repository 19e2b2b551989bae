/** One JSONata expression: compiled once per definition, evaluated by many executions at a time. */
import jsonata from 'jsonata';
import { EvaluationError } from './errors.ts';
import { evaluationTime, randomness, registerFunctions } from './functions.ts';
import { plainJson } from './plain-json.ts';
import { compileDirect } from './direct-value.ts';
import { referencesOf } from './variables.ts';
import type { References, Variables } from './variables.ts';

/** What an expression sees. `states` is `$states`; members that do not exist at this point are absent. */
export interface Surroundings {
  readonly states: Readonly<Record<string, unknown>>;
  readonly variables: Variables;
  readonly nowEpochMillis: number;
  readonly random: () => number;
}

export interface Expression {
  readonly text: string;
  readonly references: References;
  /**
   * @param location the field that holds it, as history names it: `Arguments/Payload/door`
   * @throws States.QueryEvaluationError when it fails, or gives nothing or a function
   */
  readonly evaluate: (surroundings: Surroundings, location: string) => Promise<unknown>;
  /** The same without waiting, where that is beyond doubt; else undefined. */
  readonly direct: (surroundings: Surroundings) => unknown;
}

const delimited = /^\{%([\s\S]*)%\}$/;

/** The JSONata text of `{% … %}`; undefined for any other string. */
export const expressionText = (text: string): string | undefined =>
  delimited.exec(text)?.[1]?.trim();

/** JSONata throws plain objects as well as errors. */
const described = (thrown: unknown): string => {
  const { code, message } = thrown as { code?: string; message?: string };
  const sentence = message ?? 'The evaluation failed';
  return code === undefined ? sentence : `${code}: ${sentence}`;
};

/** @throws Error with JSONata's words when the text is no expression */
export const compileExpression = (text: string): Expression => {
  let compiled: jsonata.Expression;
  try {
    compiled = jsonata(text);
  } catch (thrown) {
    throw new SyntaxError(described(thrown), { cause: thrown });
  }
  registerFunctions(compiled);
  const ast = compiled.ast();
  const references = referencesOf(ast);
  const direct = compileDirect(ast);
  const needed = references.free.filter((name) => name !== 'states');

  const evaluate = async (surroundings: Surroundings, location: string): Promise<unknown> => {
    const field = `The JSONata expression '${text}' specified for the field '${location}'`;
    const bindings: Record<string, unknown> = {
      states: surroundings.states,
      [evaluationTime]: surroundings.nowEpochMillis,
      [randomness]: surroundings.random,
    };
    for (const name of references.names) {
      if (name === 'states') continue;
      const variable = surroundings.variables.get(name);
      if (variable !== undefined) bindings[name] = variable.value;
      else if (references.free.includes(name)) {
        throw new EvaluationError(`${field} refers to the undefined variable '${name}'.`, location);
      }
    }
    let result: unknown;
    try {
      result = plainJson(await compiled.evaluate(undefined, bindings));
    } catch (thrown) {
      const cause = `${field} threw an error during evaluation. ${described(thrown)}`;
      throw new EvaluationError(cause, location);
    }
    if (result === undefined) {
      throw new EvaluationError(`${field} returned nothing (undefined).`, location);
    }
    return result;
  };
  return {
    text,
    references,
    evaluate,
    // One that is missing makes the whole fail, also where it does not matter.
    direct: (surroundings) =>
      needed.every((name) => surroundings.variables.has(name)) ? direct(surroundings) : undefined,
  };
};
