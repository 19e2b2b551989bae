/** What a target receives of an event: all of it, a part, a constant, or a filled template. */
import { jsonPathOf, jsonText, selectByPath } from './json-path.ts';
import type { StoredTarget } from './model.ts';
import type { JsonNode } from './pattern/json-nodes.ts';

export interface RoutedEvent {
  readonly node: JsonNode;
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly ingestedAtEpochMillis: number;
}

const select = (event: JsonNode, path: string): JsonNode | undefined => {
  const steps = jsonPathOf(path);
  return steps === null ? undefined : selectByPath(event, steps);
};

const withoutDetail = (event: JsonNode): JsonNode =>
  event.kind === 'object'
    ? { ...event, members: event.members.filter(({ name }) => name !== 'detail') }
    : event;

/** Variables that are there without a path; `aws.events.event` leaves out the detail. */
const predefined = (event: RoutedEvent): Readonly<Record<string, string>> => ({
  'aws.events.rule-arn': JSON.stringify(event.ruleArn),
  'aws.events.rule-name': JSON.stringify(event.ruleName),
  'aws.events.event.ingestion-time': JSON.stringify(
    new Date(event.ingestedAtEpochMillis).toISOString(),
  ),
  'aws.events.event': jsonText(withoutDetail(event.node)),
  'aws.events.event.json': jsonText(event.node),
});

const placeholder = /^<([A-Za-z0-9._-]+)>/u;

/** Inside quotes a text stands bare, and anything else as JSON whose quotes are escaped. */
const inQuotes = (json: string): string =>
  json.startsWith('"') ? json.slice(1, -1) : JSON.stringify(json).slice(1, -1);

/**
 * A template that is JSON stays JSON: a placeholder outside quotes becomes a JSON value, one inside becomes a
 * part of the text. In any other template texts stand bare. What a path does not find is empty.
 */
const filled = (template: string, variables: ReadonlyMap<string, string>): string => {
  const isJson = /^\s*[[{"]/u.test(template);
  let quoted = false;
  let result = '';
  let at = 0;
  while (at < template.length) {
    const character = template[at] ?? '';
    const [whole, name] = placeholder.exec(template.slice(at)) ?? [];
    if (whole !== undefined && name !== undefined) {
      const json = variables.get(name) ?? '""';
      if (isJson) result += quoted ? inQuotes(json) : json;
      else result += json.startsWith('"') ? (JSON.parse(json) as string) : json;
      at += whole.length;
      continue;
    }
    if (character === '\\' && quoted) {
      result += template.slice(at, at + 2);
      at += 2;
      continue;
    }
    if (character === '"') quoted = !quoted;
    result += character;
    at += 1;
  }
  return result;
};

export const targetPayload = (target: StoredTarget, event: RoutedEvent): string => {
  const { Input, InputPath, InputTransformer } = target;
  if (Input !== undefined) return Input;
  if (InputPath !== undefined) {
    const selected = select(event.node, InputPath);
    return selected === undefined ? 'null' : jsonText(selected);
  }
  if (InputTransformer === undefined) return jsonText(event.node);
  const variables = new Map(Object.entries(predefined(event)));
  for (const [name, path] of Object.entries(InputTransformer.InputPathsMap ?? {})) {
    const selected = select(event.node, path);
    if (selected !== undefined) variables.set(name, jsonText(selected));
  }
  return filled(InputTransformer.InputTemplate, variables);
};
