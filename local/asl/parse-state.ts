/** One state of a definition, by its type. */
import type { Flow, State, TaskState, Transition } from './definition.ts';
import { parseCatch, parseRetry } from './parse-errors.ts';
import { createMapParser, mapFields } from './parse-map.ts';
import { isFields } from './reader.ts';
import type { Fields, Reader } from './reader.ts';

export interface Surroundings {
  readonly reader: Reader;
  /** Why a task's resource cannot be run here; null when it can. */
  readonly refuseResource: (resource: string) => string | null;
  /** @param type of the executions of their own that run it; null where it runs in the machine's */
  readonly parseFlow: (
    fields: Fields,
    location: string,
    type: 'EXPRESS' | 'STANDARD' | null,
  ) => Flow;
}

type StateParser = (fields: Fields, location: string, name: string) => State;

const commonFields = ['Type', 'QueryLanguage', 'Output', 'Assign', 'Next', 'End'];
const fallibleFields = [...commonFields, 'Retry', 'Catch'];

/** `arn:aws:states:::aws-sdk:dynamodb:getItem` → the type `aws-sdk:dynamodb` and the resource `getItem`. */
const integrationOf = (arn: string): TaskState['integration'] => {
  const name = arn.split(':').slice(5).join(':').replace(/^:/, '');
  const end = name.lastIndexOf(':');
  return { resourceType: name.slice(0, end), resource: name.slice(end + 1) };
};

export const createStateParsers = ({
  reader,
  refuseResource,
  parseFlow,
}: Surroundings): Readonly<Record<State['type'], StateParser>> => {
  const transition = (fields: Fields, location: string, members: readonly string[]): Transition => {
    const hasNext = fields['Next'] !== undefined;
    if (hasNext === (fields['End'] === true)) {
      reader.complain("Exactly one of 'Next' and 'End: true' is needed", location);
    }
    return {
      next: hasNext ? reader.text(fields, 'Next', location) : null,
      output: reader.template(fields, 'Output', location, members),
      assign: reader.template(fields, 'Assign', location, members),
    };
  };
  const fallible = (fields: Fields, location: string) => ({
    ...transition(fields, location, ['result']),
    retry: parseRetry(reader, fields, location),
    catchers: parseCatch(reader, fields, location),
  });
  const flows = (fields: Fields, name: string, location: string): readonly Flow[] =>
    reader.list(fields, name, location).flatMap((entry, index) => {
      const at = `${location}/${name}[${String(index)}]`;
      if (isFields(entry)) return [parseFlow(entry, at, null)];
      reader.complain('A branch must be an object', at);
      return [];
    });

  const parseMap = createMapParser(reader);
  const checkHeartbeat = (fields: Fields, location: string): void => {
    const { HeartbeatSeconds: heartbeat, TimeoutSeconds: timeout } = fields;
    if (typeof heartbeat !== 'number' || typeof timeout !== 'number' || heartbeat < timeout) return;
    reader.complain(
      "'HeartbeatSeconds' must be less than 'TimeoutSeconds'",
      `${location}/HeartbeatSeconds`,
    );
  };

  return {
    Pass: (fields, location, name) => {
      reader.allow(fields, commonFields, location);
      return { type: 'Pass', name, ...transition(fields, location, []) };
    },
    Succeed: (fields, location, name) => {
      reader.allow(fields, ['Type', 'QueryLanguage', 'Output'], location);
      const output = reader.template(fields, 'Output', location);
      return { type: 'Succeed', name, next: null, output, assign: null };
    },
    Fail: (fields, location, name) => {
      reader.allow(fields, ['Type', 'QueryLanguage', 'Error', 'Cause'], location);
      const error = reader.template(fields, 'Error', location);
      const cause = reader.template(fields, 'Cause', location);
      return { type: 'Fail', name, next: null, output: null, assign: null, error, cause };
    },
    Wait: (fields, location, name) => {
      reader.allow(fields, [...commonFields, 'Seconds', 'Timestamp'], location);
      const seconds = reader.count(fields, 'Seconds', location, { least: 0, most: 99_999_999 });
      const timestamp = reader.template(fields, 'Timestamp', location);
      if ((seconds === null) === (timestamp === null)) {
        reader.complain("Exactly one of 'Seconds' and 'Timestamp' is needed", location);
      }
      return { type: 'Wait', name, ...transition(fields, location, []), seconds, timestamp };
    },
    Choice: (fields, location, name) => {
      reader.allow(
        fields,
        ['Type', 'QueryLanguage', 'Output', 'Assign', 'Choices', 'Default'],
        location,
      );
      if (fields['Choices'] === undefined)
        reader.complain("The field 'Choices' is missing", location);
      const rules = reader.list(fields, 'Choices', location).flatMap((rule, index) => {
        const at = `${location}/Choices[${String(index)}]`;
        if (!isFields(rule)) {
          reader.complain('A choice rule must be an object', at);
          return [];
        }
        reader.allow(rule, ['Condition', 'Next', 'Assign', 'Output'], at);
        const condition = reader.template(rule, 'Condition', at);
        if (condition === null) reader.complain("The field 'Condition' is missing", at);
        return {
          condition: condition ?? { kind: 'constant' as const, value: false },
          next: reader.text(rule, 'Next', at),
          output: reader.template(rule, 'Output', at),
          assign: reader.template(rule, 'Assign', at),
        };
      });
      return {
        type: 'Choice',
        name,
        rules,
        next: fields['Default'] === undefined ? null : reader.text(fields, 'Default', location),
        output: reader.template(fields, 'Output', location),
        assign: reader.template(fields, 'Assign', location),
      };
    },
    Task: (fields, location, name) => {
      reader.allow(
        fields,
        [...fallibleFields, 'Resource', 'Arguments', 'TimeoutSeconds', 'HeartbeatSeconds'],
        location,
      );
      const resource = reader.text(fields, 'Resource', location) ?? '';
      const reason = resource === '' ? null : refuseResource(resource);
      if (reason !== null) reader.complain(reason, `${location}/Resource`);
      checkHeartbeat(fields, location);
      return {
        type: 'Task',
        name,
        resource,
        integration: integrationOf(resource),
        ...fallible(fields, location),
        arguments: reader.template(fields, 'Arguments', location),
        timeoutSeconds: reader.count(fields, 'TimeoutSeconds', location, {
          least: 1,
          most: 99_999_999,
        }),
        heartbeatSeconds: reader.count(fields, 'HeartbeatSeconds', location, {
          least: 1,
          most: 99_999_999,
        }),
      };
    },
    Parallel: (fields, location, name) => {
      reader.allow(fields, [...fallibleFields, 'Arguments', 'Branches'], location);
      if (fields['Branches'] === undefined)
        reader.complain("The field 'Branches' is missing", location);
      return {
        type: 'Parallel',
        name,
        ...fallible(fields, location),
        arguments: reader.template(fields, 'Arguments', location),
        branches: flows(fields, 'Branches', location),
      };
    },
    Map: (fields, location, name) => {
      reader.allow(fields, [...fallibleFields, ...mapFields], location);
      if (fields['ItemProcessor'] === undefined) {
        reader.complain("The field 'ItemProcessor' is missing", location);
      }
      return {
        type: 'Map',
        name,
        ...fallible(fields, location),
        items: reader.template(fields, 'Items', location),
        itemSelector: reader.template(fields, 'ItemSelector', location),
        maxConcurrency: reader.count(fields, 'MaxConcurrency', location, { least: 0 }),
        toleratedFailureCount: reader.count(fields, 'ToleratedFailureCount', location, {
          least: 0,
        }),
        toleratedFailurePercentage: reader.count(fields, 'ToleratedFailurePercentage', location, {
          least: 0,
          most: 100,
        }),
        ...parseMap(fields, location, name, parseFlow),
      };
    },
  };
};
