/**
 * The parts of dynalite 4.0.0 that the engine calls directly. Going past its HTTP listener doubles the
 * rate, keeps the tables unreachable from outside, and lets a write be watched inside its own lock.
 */
declare module 'dynalite/db/index.js' {
  type Item = Record<string, Record<string, unknown>>;
  type Done<T> = (error: unknown, value?: T) => void;

  /** Of the database's values; by itself it writes and reads them as JSON. */
  export interface ValueEncoding {
    readonly name: string;
    readonly format: 'utf8';
    readonly encode: (value: unknown) => string;
    readonly decode: (text: string) => unknown;
  }

  export type DatabaseChange =
    /** With the encoding `utf8`, a value is the text that is written. */
    | { type: 'put'; key: string; value: string; valueEncoding: 'utf8' }
    | { type: 'put'; key: string; value: unknown; valueEncoding?: never }
    | { type: 'del'; key: string };

  interface Range {
    gt?: string;
    gte?: string;
    lt: string;
    limit?: number;
    reverse?: boolean;
  }

  export interface ItemDatabase {
    get: (key: string, done: Done<Item>) => void;
    put: (key: string, item: Item, done: Done<void>) => void;
    del: (key: string, done: Done<void>) => void;
  }

  export interface DynaliteTable {
    TableName: string;
    TableStatus: string;
    AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    KeySchema: { AttributeName: string; KeyType: string }[];
    GlobalSecondaryIndexes?: { IndexName: string; KeySchema: { AttributeName: string }[] }[];
  }

  interface LevelIterator {
    close: () => Promise<void>;
  }

  export interface DynaliteStore {
    db: {
      keys: (range: Range) => LevelIterator;
      values: (range: Range) => LevelIterator;
      open: (options: { writeBufferSize: number }) => Promise<void>;
      close: () => Promise<void>;
      getSync: (key: string, options?: { valueEncoding: ValueEncoding }) => unknown;
      put: (key: string, value: unknown) => Promise<void>;
      del: (key: string) => Promise<void>;
      batch: (changes: DatabaseChange[]) => Promise<void>;
      clear: (range: { gte: string; lt: string }) => Promise<void>;
      iterator: (range: Range) => AsyncIterable<[string, unknown]>;
    };
    tableDb: { awsAccountId: string; awsRegion: string };
    getItemDb: (tableName: string) => ItemDatabase;
    getIndexDb: (kind: string, tableName: string, indexName: string) => ItemDatabase;
    getTable: (
      name: string,
      checkStatus: boolean | Done<DynaliteTable>,
      done?: Done<DynaliteTable>,
    ) => void;
  }

  const database: {
    create: (options: {
      path?: string;
      createTableMs: number;
      deleteTableMs: number;
    }) => DynaliteStore;
  };
  export default database;
}

declare module 'dynalite/db/conditionParser.js' {
  export interface ExpressionContext {
    readonly attrNames?: Readonly<Record<string, string>>;
    readonly attrVals?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** A parser takes out what it uses. */
    readonly unusedAttrNames: Record<string, unknown>;
    readonly unusedAttrVals: Record<string, unknown>;
  }

  /** The parsed expression has the values of `attrVals` in it; a text says what is wrong. Throws a SyntaxError. */
  export interface ExpressionParser {
    parse: (text: string, options: { readonly context: ExpressionContext }) => unknown;
  }

  const parser: ExpressionParser;
  export default parser;
}

declare module 'dynalite/db/*' {
  import type { ExpressionParser } from 'dynalite/db/conditionParser.js';
  const parser: ExpressionParser;
  export default parser;
}

declare module 'dynalite/validations/index.js' {
  import type { DynaliteStore } from 'dynalite/db/index.js';
  const validations: {
    checkTypes: (input: object, types: object) => Record<string, unknown>;
    checkValidations: (
      input: Record<string, unknown>,
      types: object,
      custom: unknown,
      store: DynaliteStore,
    ) => void;
  };
  export default validations;
}

declare module 'dynalite/validations/*' {
  const rules: { types: object; custom?: unknown };
  export default rules;
}

declare module 'dynalite/actions/*' {
  import type { DynaliteStore } from 'dynalite/db/index.js';
  const action: (
    store: DynaliteStore,
    input: Record<string, unknown>,
    done: (error: unknown, output?: Record<string, unknown>) => void,
  ) => void;
  export default action;
}
