/** PartiQL, as far as the broker speaks it: statements that add one row each. */
import { AwsError } from '../../aws.ts';
import { keptAnswers } from '../../kept-answers.ts';
import { tableNameOf } from './access.ts';
import type { Item } from './stored-item.ts';

type Input = Record<string, unknown>;

export interface Insert {
  readonly tableName: string;
  readonly item: Item;
}

/** What a statement says before its parameters are known. */
interface InsertForm {
  readonly tableName: string;
  readonly attributes: readonly string[];
}

/** @see Amazon DynamoDB API Reference, BatchExecuteStatement */
const mostStatements = 25;
const statementForm = /^\s*insert\s+into\s+"([\w.:/-]+)"\s+value\s*\{(.*)\}\s*$/is;
const attributeForm = /^\s*'([^',]+)'\s*:\s*\?\s*$/;

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

const formOf = (statement: string): InsertForm => {
  const [, named = '', tuple = ''] = statementForm.exec(statement) ?? [];
  const attributes = tuple.split(',').map((part) => attributeForm.exec(part)?.[1] ?? '');
  const isClear = !attributes.includes('') && new Set(attributes).size === attributes.length;
  if (named === '' || !isClear) {
    throw invalid(
      `The local stack runs INSERT INTO "table" VALUE {'attribute': ?, …} and no other statement.`,
    );
  }
  return { tableName: tableNameOf(named), attributes };
};

const keptForms = keptAnswers<InsertForm>(200);

/** @throws AwsError ValidationException, of the whole call, for what is not a list of inserts */
export const insertsOf = (input: Input): readonly Insert[] => {
  const statements = input['Statements'];
  if (!Array.isArray(statements) || statements.length === 0) {
    throw invalid('The statement was empty.');
  }
  if (statements.length > mostStatements) {
    throw invalid(`BatchWriteItem cannot write more than ${String(mostStatements)} items`);
  }
  return (statements as readonly (Input | null)[]).map((each) => {
    const { Statement: statement, Parameters: values } = each ?? {};
    if (typeof statement !== 'string') throw invalid('The statement was empty.');
    const { tableName, attributes } =
      keptForms.get(statement) ?? keptForms.keep(statement, formOf(statement));
    if (!Array.isArray(values) || values.length !== attributes.length) {
      throw invalid(`Number of parameters in request and statement don't match.`);
    }
    const parameters = values as readonly Item[string][];
    const item = Object.fromEntries(
      attributes.map((name, at): [string, Item[string]] => [name, parameters[at] ?? {}]),
    );
    return { tableName, item };
  });
};

/** The engine’s refusal of one row → what its statement’s answer calls it. */
const statementErrors: Readonly<
  Record<string, { readonly Code: string; readonly Message?: string }>
> = {
  ConditionalCheckFailedException: {
    Code: 'DuplicateItem',
    Message: 'Duplicate primary key exists in table',
  },
  ResourceNotFoundException: { Code: 'ResourceNotFound' },
  ValidationException: { Code: 'ValidationError' },
};

/**
 * Each by itself: one that fails is told of in its place, and the others are done.
 * @param putItem as DynamoDB's own
 * @throws AwsError ValidationException where two are of one key
 */
export const runInserts = async (
  inserts: readonly Insert[],
  keyNamesOf: (tableName: string) => readonly string[],
  putItem: (input: Input) => Promise<unknown>,
): Promise<Input> => {
  const places = inserts.map(({ tableName, item }) =>
    JSON.stringify([tableName, ...keyNamesOf(tableName).map((name) => item[name])]),
  );
  if (new Set(places).size < places.length) {
    throw invalid('Provided list of item keys contains duplicates');
  }
  const insert = async ({ tableName: TableName, item: Item }: Insert): Promise<Input> => {
    try {
      await putItem({
        TableName,
        Item,
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': keyNamesOf(TableName)[0] ?? '-' },
      });
      return { TableName };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const told = statementErrors[error.code];
      if (told === undefined) throw error;
      return { TableName, Error: { Message: error.message, ...told } };
    }
  };
  return { Responses: await Promise.all(inserts.map(insert)) };
};
