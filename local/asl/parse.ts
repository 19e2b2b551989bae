/** Compiles and checks a definition, as CreateStateMachine and ValidateStateMachineDefinition do. */
import type { Diagnostic, Flow, Machine, State } from './definition.ts';
import { createStateParsers } from './parse-state.ts';
import { createReader, isFields } from './reader.ts';
import type { Fields, Reader } from './reader.ts';
import type { Template } from './template.ts';

export interface ParsedDefinition {
  /** Null when a diagnostic is an error. */
  readonly machine: Machine | null;
  readonly diagnostics: readonly Diagnostic[];
}

type MachineType = 'EXPRESS' | 'STANDARD';

export interface ParseOptions {
  /** Why a task's resource cannot be run; null when it can. Every resource is taken without it. */
  readonly refuseResource?: (resource: string) => string | null;
  /** Of the machine; STANDARD by default. */
  readonly type?: MachineType;
  /** One state of a machine, in a flow of its own: where it leads, and who assigns what it reads, is unknown. */
  readonly isFragment?: boolean;
}

/** Where a state may lead: catchers and choice rules included. */
const targetsOf = (state: State): readonly (string | null)[] => {
  const targets: (string | null)[] = [state.next];
  if (state.type === 'Choice') targets.push(...state.rules.map((rule) => rule.next));
  if ('catchers' in state) targets.push(...state.catchers.map((catcher) => catcher.next));
  return targets;
};

const checkTargets = (reader: Reader, flow: Flow, location: string): void => {
  const reached = new Set<string>();
  const pending: string[] = [];
  const follow = (target: string | null, at: string): void => {
    if (target === null || reached.has(target)) return;
    if (!flow.states.has(target)) {
      reader.complain(`There is no state '${target}'`, at, 'MISSING_TRANSITION_TARGET');
      return;
    }
    reached.add(target);
    pending.push(target);
  };
  if (flow.startAt !== '') follow(flow.startAt, `${location}/StartAt`);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const state = flow.states.get(name);
    for (const target of state === undefined ? [] : targetsOf(state)) {
      follow(target, `${location}/States/${name}`);
    }
  }
  if (!flow.states.has(flow.startAt)) return;
  for (const name of flow.states.keys()) {
    if (!reached.has(name)) {
      reader.complain(
        `State "${name}" is not reachable.`,
        `${location}/States/${name}`,
        'MISSING_TRANSITION_TARGET',
      );
    }
  }
};

const assignedBy = (template: Template | null): readonly string[] => {
  if (template?.kind === 'object') return template.members.map(([name]) => name);
  return template?.kind === 'constant' && isFields(template.value)
    ? Object.keys(template.value)
    : [];
};

const variablesOf = (state: State): readonly string[] => [
  ...assignedBy(state.assign),
  ...(state.type === 'Choice' ? state.rules.flatMap((rule) => assignedBy(rule.assign)) : []),
  ...('catchers' in state ? state.catchers.flatMap((catcher) => assignedBy(catcher.assign)) : []),
];

/** At most 80 characters of a Unicode identifier. */
const variableName = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

const parseText = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

export const parseDefinition = (text: string, options: ParseOptions = {}): ParsedDefinition => {
  const reader = createReader();
  const names = new Set<string>();
  const assigned: { readonly name: string; readonly flow: string }[] = [];
  /** Flows that executions of their own run: nothing outside is visible in them. */
  const separate: string[] = [];
  const isFragment = options.isFragment === true;
  let type: MachineType = options.type ?? 'STANDARD';

  const parseFlow = (fields: Fields, location: string): Flow => {
    const startAt = reader.text(fields, 'StartAt', location) ?? '';
    const states = new Map<string, State>();
    const source = fields['States'];
    if (!isFields(source) || Object.keys(source).length === 0) {
      reader.complain("The field 'States' must be an object with a state in it", location);
    } else {
      for (const [name, value] of Object.entries(source)) {
        const state = parseState(name, value, `${location}/States/${name}`);
        if (state === null) continue;
        states.set(name, state);
        for (const variable of variablesOf(state)) {
          assigned.push({ name: variable, flow: location });
          if (variable === 'states' || !variableName.test(variable)) {
            reader.complain(
              `'${variable}' cannot be the name of a variable`,
              `${location}/States/${name}/Assign`,
            );
          }
        }
      }
      if (states.size === Object.keys(source).length && !(isFragment && location === ''))
        checkTargets(reader, { startAt, states }, location);
    }
    return { startAt, states };
  };

  const parsers = createStateParsers({
    reader,
    refuseResource: options.refuseResource ?? (() => null),
    parseFlow: (fields, location, ownType) => {
      reader.allow(fields, ['StartAt', 'States'], location);
      if (ownType === null) return parseFlow(fields, location);
      if (type === 'EXPRESS') {
        reader.complain('Express workflows have no distributed Map', `${location}/ProcessorConfig`);
      }
      const outerType = type;
      type = ownType;
      separate.push(`${location}/`);
      const flow = parseFlow(fields, location);
      type = outerType;
      return flow;
    },
  });

  const parseState = (name: string, value: unknown, location: string): State | null => {
    if (name.length > 80) reader.complain('A state name has 80 characters at most', location);
    if (names.has(name)) reader.complain(`The state name '${name}' is used twice`, location);
    names.add(name);
    if (!isFields(value)) {
      reader.complain('A state must be an object', location);
      return null;
    }
    if ((value['QueryLanguage'] ?? 'JSONata') !== 'JSONata') {
      reader.complain("The 'QueryLanguage' of a JSONata machine's state must be JSONata", location);
    }
    const type = value['Type'];
    if (typeof type !== 'string' || !Object.hasOwn(parsers, type)) {
      reader.complain("The field 'Type' must name a type of state", `${location}/Type`);
      return null;
    }
    return parsers[type as State['type']](value, location, name);
  };

  const definition = parseText(text);
  if (!isFields(definition)) {
    reader.complain('The definition is not a JSON object', '/', 'INVALID_JSON_DESCRIPTION');
    return { machine: null, diagnostics: reader.diagnostics };
  }
  if (definition['QueryLanguage'] !== 'JSONata') {
    reader.complain(
      "Only machines whose 'QueryLanguage' is JSONata run here; JSONPath, the default, is not supported",
      '/QueryLanguage',
    );
    return { machine: null, diagnostics: reader.diagnostics };
  }
  reader.allow(definition, ['StartAt', 'States', 'TimeoutSeconds', 'Version', 'QueryLanguage'], '');
  const timeout = reader.number(definition, 'TimeoutSeconds', '', {
    least: 1,
    fallback: Infinity,
    integer: true,
  });
  const flow = parseFlow(definition, '');

  /** The innermost flow with a scope of its own that holds the place. */
  const scopeOf = (location: string): string =>
    separate
      .filter((flow) => `${location}/`.startsWith(flow))
      .reduce((longest, flow) => (flow.length > longest.length ? flow : longest), '');
  for (const { name, location } of isFragment ? [] : reader.uses) {
    const isAssigned = assigned.some(
      (assignment) => assignment.name === name && scopeOf(assignment.flow) === scopeOf(location),
    );
    if (!isAssigned) reader.complain(`No state assigns the variable '${name}'`, location);
  }
  for (const inner of assigned) {
    const outer = assigned.find(
      ({ name, flow: where }) =>
        name === inner.name &&
        where !== inner.flow &&
        inner.flow.startsWith(where) &&
        scopeOf(where) === scopeOf(inner.flow),
    );
    if (outer !== undefined) {
      reader.complain(`The variable '${inner.name}' belongs to an outer scope`, inner.flow);
    }
  }
  const isValid = reader.diagnostics.every(({ severity }) => severity !== 'ERROR');
  return {
    machine: isValid ? { ...flow, timeoutSeconds: timeout === Infinity ? null : timeout } : null,
    diagnostics: reader.diagnostics,
  };
};
