/** Reads the fields of a definition's objects and collects what is wrong with them. */
import type { Diagnostic } from './definition.ts';
import { compileTemplate, expressionsOf } from './template.ts';
import type { Template } from './template.ts';

export type Fields = Readonly<Record<string, unknown>>;

const jsonPathFields: ReadonlySet<string> = new Set([
  ...[
    'InputPath',
    'OutputPath',
    'ResultPath',
    'Parameters',
    'ResultSelector',
    'ItemsPath',
    'Variable',
  ],
  ...['SecondsPath', 'TimestampPath', 'TimeoutSecondsPath', 'HeartbeatSecondsPath', 'ErrorPath'],
  ...[
    'CausePath',
    'MaxConcurrencyPath',
    'ToleratedFailureCountPath',
    'ToleratedFailurePercentagePath',
  ],
]);

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A variable that some expression reads, for the check against all that are assigned. */
interface VariableUse {
  readonly name: string;
  readonly location: string;
}

export interface Reader {
  readonly diagnostics: readonly Diagnostic[];
  readonly uses: readonly VariableUse[];
  readonly complain: (message: string, location: string, code?: string) => void;
  /** Refuses every field but these; JSONPath's with their own words. */
  readonly allow: (fields: Fields, allowed: readonly string[], location: string) => void;
  readonly text: (fields: Fields, name: string, location: string) => string | null;
  readonly number: (
    fields: Fields,
    name: string,
    location: string,
    bounds: { readonly least: number; readonly fallback: number; readonly integer: boolean },
  ) => number;
  readonly list: (fields: Fields, name: string, location: string) => readonly unknown[];
  /** @param members those of `$states` that exist where the field is evaluated, beside `input` and `context` */
  readonly template: (
    fields: Fields,
    name: string,
    location: string,
    members?: readonly string[],
  ) => Template | null;
  /** A template whose value, where it is written out, must be a number within bounds. */
  readonly count: (
    fields: Fields,
    name: string,
    location: string,
    bounds: { readonly least: number; readonly most?: number },
  ) => Template | null;
}

const schemaFailure = 'SCHEMA_VALIDATION_FAILED';

export const createReader = (): Reader => {
  const diagnostics: Diagnostic[] = [];
  const uses: VariableUse[] = [];
  const complain = (message: string, location: string, code = schemaFailure): void => {
    diagnostics.push({ severity: 'ERROR', code, message, location });
  };

  const checkExpressions = (
    template: Template,
    members: readonly string[],
    stateLocation: string,
  ): void => {
    for (const { expression, location: field } of expressionsOf(template)) {
      const location = `${stateLocation}/${field}`;
      for (const member of expression.references.members) {
        if (!['input', 'context', ...members].includes(member)) {
          complain(`'$states.${member}' is not available in this field`, location);
        }
      }
      if (expression.references.usesRoot) {
        complain("'$$' is not available: use '$states.input' for the state's input", location);
      }
      for (const name of expression.references.free) {
        if (name !== 'states') uses.push({ name, location });
      }
    }
  };

  const reader: Reader = {
    diagnostics,
    uses,
    complain,
    allow: (fields, allowed, location) => {
      for (const name of Object.keys(fields)) {
        if (allowed.includes(name) || name === 'Comment') continue;
        const reason = jsonPathFields.has(name)
          ? `The field '${name}' is JSONPath's and not supported where QueryLanguage is JSONata`
          : `The field '${name}' is not supported here`;
        complain(reason, `${location}/${name}`);
      }
    },
    text: (fields, name, location) => {
      const value = fields[name];
      if (typeof value === 'string' && value !== '') return value;
      if (value === undefined) complain(`The field '${name}' is missing`, location);
      else complain(`The field '${name}' must be a text`, `${location}/${name}`);
      return null;
    },
    number: (fields, name, location, { least, fallback, integer }) => {
      const value = fields[name];
      if (value === undefined) return fallback;
      if (typeof value === 'number' && value >= least && (!integer || Number.isInteger(value))) {
        return value;
      }
      const kind = integer ? 'an integer' : 'a number';
      complain(
        `The field '${name}' must be ${kind} of at least ${String(least)}`,
        `${location}/${name}`,
      );
      return fallback;
    },
    list: (fields, name, location) => {
      const value = fields[name];
      if (value === undefined) return [];
      if (Array.isArray(value) && value.length > 0) return value as unknown[];
      complain(`The field '${name}' must be a non-empty array`, `${location}/${name}`);
      return [];
    },
    template: (fields, name, location, members = []) => {
      const value = fields[name];
      if (value === undefined) return null;
      const template = compileTemplate(value, name, (message, field) => {
        complain(`The expression is not JSONata: ${message}`, `${location}/${field}`);
      });
      checkExpressions(template, members, location);
      return template;
    },
    count: (fields, name, location, { least, most = Infinity }) => {
      const template = reader.template(fields, name, location);
      if (template === null || template.kind === 'expression') return template;
      const value = fields[name];
      if (typeof value !== 'number' || value < least || value > most) {
        const range =
          most === Infinity ? `at least ${String(least)}` : `${String(least)} to ${String(most)}`;
        complain(`The field '${name}' must be a number of ${range}`, `${location}/${name}`);
      }
      return template;
    },
  };
  return reader;
};
