/**
 * JSON as nodes that keep what `JSON.parse` forgets: the text of numbers, repeated names, and where each
 * token stands, which AWS's refusals of a pattern tell.
 */

interface Placed {
  /** Offset behind the token as a streaming parser has read it: behind the opening quote or bracket. */
  readonly seenAt: number;
  /** Offset behind the whole value. */
  readonly endsAt: number;
}

export interface JsonScalar extends Placed {
  readonly kind: 'string' | 'number' | 'literal';
  /** The string's content, the number as written, or `true`, `false`, `null`. */
  readonly text: string;
}

interface JsonArray extends Placed {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
}

export interface JsonObject extends Placed {
  readonly kind: 'object';
  readonly members: readonly { readonly name: string; readonly value: JsonNode }[];
}

export type JsonNode = JsonScalar | JsonArray | JsonObject;

export class JsonFault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'JsonFault';
    this.offset = offset;
  }
}

const blank = /[ \t\r\n]*/uy;
/** What lies between the quotes is judged by `JSON.parse`. */
const stringToken = /"(?:[^"\\]|\\.)*"/suy;
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;
const literalToken = /true|false|null/uy;

/** The depth that EventBridge processes. */
const deepest = 1_100;

/** @throws JsonFault when the text is not one JSON value */
export const parseJsonNodes = (text: string): JsonNode => {
  let at = 0;

  const token = (form: RegExp): string | null => {
    form.lastIndex = at;
    const [found] = form.exec(text) ?? [];
    if (found !== undefined) at += found.length;
    return found ?? null;
  };
  const unexpected = (wanted: string): JsonFault => {
    const character = text[at];
    if (character === undefined) return new JsonFault('Unexpected end-of-input', at);
    const word = token(/[A-Za-z_$][\w$]*/uy);
    return word === null
      ? new JsonFault(
          `Unexpected character ('${character}' (code ${String(character.charCodeAt(0))})): was expecting ${wanted}`,
          at,
        )
      : new JsonFault(
          `Unrecognized token '${word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`,
          at,
        );
  };
  const next = (): string | undefined => {
    token(blank);
    return text[at];
  };
  const expect = (character: string): void => {
    if (next() !== character) throw unexpected(`'${character}'`);
    at += 1;
  };
  const readString = (wanted: string): string => {
    const written = next() === '"' ? token(stringToken) : null;
    if (written === null) throw unexpected(wanted);
    try {
      return JSON.parse(written) as string;
    } catch {
      throw new JsonFault('Illegal character or escape in a string', at);
    }
  };
  /** Reads what stands between the brackets, and the closing one. */
  const readList = (closing: string, readOne: () => void): void => {
    at += 1;
    if (next() === closing) {
      at += 1;
      return;
    }
    for (;;) {
      readOne();
      if (next() === closing) {
        at += 1;
        return;
      }
      expect(',');
    }
  };
  const readValue = (depth: number): JsonNode => {
    const first = next();
    const seenAt = at + 1;
    if (depth > deepest) throw new JsonFault(`More than ${String(deepest)} levels`, at);
    if (first === '{') {
      const members: { name: string; value: JsonNode }[] = [];
      readList('}', () => {
        const name = readString('double-quote to start field name');
        expect(':');
        members.push({ name, value: readValue(depth + 1) });
      });
      return { kind: 'object', members, seenAt, endsAt: at };
    }
    if (first === '[') {
      const items: JsonNode[] = [];
      readList(']', () => {
        items.push(readValue(depth + 1));
      });
      return { kind: 'array', items, seenAt, endsAt: at };
    }
    if (first === '"') return { kind: 'string', text: readString('a string'), seenAt, endsAt: at };
    const number = token(numberToken);
    if (number !== null) return { kind: 'number', text: number, seenAt: at, endsAt: at };
    const literal = token(literalToken);
    if (literal !== null) return { kind: 'literal', text: literal, seenAt: at, endsAt: at };
    throw unexpected('a JSON value');
  };

  const node = readValue(0);
  if (next() !== undefined) throw unexpected('the end');
  return node;
};

const unplaced = { seenAt: 0, endsAt: 0 };

/** The nodes of a value that was never a text; its tokens stand nowhere. */
export const jsonNodesOf = (value: unknown): JsonNode => {
  if (typeof value === 'string') return { kind: 'string', text: value, ...unplaced };
  if (typeof value === 'number') return { kind: 'number', text: String(value), ...unplaced };
  if (typeof value !== 'object' || value === null) {
    return { kind: 'literal', text: String(value), ...unplaced };
  }
  if (Array.isArray(value)) return { kind: 'array', items: value.map(jsonNodesOf), ...unplaced };
  const members = Object.entries(value).map(([name, member]) => ({
    name,
    value: jsonNodesOf(member),
  }));
  return { kind: 'object', members, ...unplaced };
};
