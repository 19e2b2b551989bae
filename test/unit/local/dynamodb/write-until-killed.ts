/** A process of its own: writes items and tells of each that was acknowledged, until it is killed. */
import { join } from 'node:path';
import { createDynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import { openStore } from '../../../../local/state/store.ts';
import { twinContext } from '../../../support/twin/call-context.ts';
import { TableName, table } from './stream-table.ts';

const directory = process.argv[2] ?? '';
const dynamodb = await createDynamoDbService({
  directory: join(directory, 'tables'),
  store: await openStore(join(directory, 'store')),
  clock: { nowEpochMillis: () => Date.now() },
});
await dynamodb.createTable(table);
const write = dynamodb.operations['PutItem'];

const writeOn = async (lane: number): Promise<void> => {
  for (let count = 0; ; count += 1) {
    const pk = `${String(lane)}-${String(count)}`;
    await write?.run({ TableName, Item: { pk: { S: pk } } }, twinContext);
    process.send?.(pk);
  }
};
await Promise.all([0, 1, 2, 3].map(writeOn));
