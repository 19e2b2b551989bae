import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createDynamoDbService } from '../../../../local/services/dynamodb/service.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { twinContext } from '../../../support/twin/call-context.ts';
import { rowsTable } from '../../../support/twin/rows-table.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-tables-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** 300,000 characters. */
const incompressible = (): string => randomBytes(225_000).toString('base64');

const bytesIn = async (folder: string): Promise<number> => {
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};

it('a table keeps nothing of what was written over, however often it is queried', async () => {
  const clock = { nowEpochMillis: () => Date.now() };
  const dynamodb = await createDynamoDbService({ directory, store: memoryStore(), clock });
  await dynamodb.createTable({ TableName: 'rows', ...rowsTable });
  const call = (operation: string, input: Record<string, unknown>) =>
    dynamodb.operations[operation]?.run({ TableName: 'rows', ...input }, twinContext);
  const megabyte = 1024 * 1024;
  try {
    for (let round = 0; round < 80; round += 1) {
      const Item = {
        pk: { S: `p${String(round % 3)}` },
        sk: { S: 's' },
        text: { S: incompressible() },
      };
      await call('PutItem', { Item });
      await call('Query', {
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': Item.pk },
      });
    }
    expect(await bytesIn(directory)).toBeLessThan(25 * megabyte);
  } finally {
    await dynamodb.close();
  }
});
