/** The operations that dynalite implements, each with the shape rules of its input. */
import batchGetItem from 'dynalite/actions/batchGetItem.js';
import batchWriteItem from 'dynalite/actions/batchWriteItem.js';
import createTable from 'dynalite/actions/createTable.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import deleteTable from 'dynalite/actions/deleteTable.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import scan from 'dynalite/actions/scan.js';
import updateItem from 'dynalite/actions/updateItem.js';
import batchGetItemRules from 'dynalite/validations/batchGetItem.js';
import batchWriteItemRules from 'dynalite/validations/batchWriteItem.js';
import createTableRules from 'dynalite/validations/createTable.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import deleteTableRules from 'dynalite/validations/deleteTable.js';
import describeTableRules from 'dynalite/validations/describeTable.js';
import getItemRules from 'dynalite/validations/getItem.js';
import putItemRules from 'dynalite/validations/putItem.js';
import queryRules from 'dynalite/validations/query.js';
import scanRules from 'dynalite/validations/scan.js';
import updateItemRules from 'dynalite/validations/updateItem.js';
import { writtenOut } from './written-out-types.ts';

type Act = typeof getItem;
type Rules = typeof getItemRules;

const action = (act: Act, rules: Rules) => ({
  act,
  rules,
  writtenOutTypes: writtenOut(rules.types),
});

export const actions = {
  BatchGetItem: action(batchGetItem, batchGetItemRules),
  BatchWriteItem: action(batchWriteItem, batchWriteItemRules),
  CreateTable: action(createTable, createTableRules),
  DeleteItem: action(deleteItem, deleteItemRules),
  DeleteTable: action(deleteTable, deleteTableRules),
  DescribeTable: action(describeTable, describeTableRules),
  GetItem: action(getItem, getItemRules),
  PutItem: action(putItem, putItemRules),
  Query: action(query, queryRules),
  Scan: action(scan, scanRules),
  UpdateItem: action(updateItem, updateItemRules),
};

export type EngineOperation = keyof typeof actions;
