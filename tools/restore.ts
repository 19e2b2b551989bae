/**
 * `npm run restore -- --from <table> --to <table>`: copies rows that a table has lost from a restored one. Ends with 1
 * where AWS refuses or the ledger went on otherwise meanwhile, with 2 for a wrong command line.
 */
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { restoreRows } from './restore-rows.ts';

// What is said of Node 20 there is for us, not for an operator.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { from: text, to: text, region: text, endpoint: text } });
const { from, to, region, endpoint } = values;
if (from === undefined || to === undefined) {
  process.stderr.write(
    'npm run restore -- --from <restored table> --to <table> [--region <name>] [--endpoint <url>]\n',
  );
  process.exit(2);
}
const client = new DynamoDBClient({
  ...(region === undefined ? {} : { region }),
  ...(endpoint === undefined ? {} : { endpoint }),
});
const { restored, present, leftOut, suspendedInCopy, forks } = await restoreRows(
  { client, tableName: from },
  { client, tableName: to },
  Math.floor(Date.now() / 1000),
).catch((error: unknown) => {
  // What was written stays: the next run goes on from there.
  process.stderr.write(
    `${error instanceof Error ? `${error.name}: ${error.message}` : 'failed'}\n`,
  );
  process.exit(1);
});
process.stdout.write(
  `${String(restored)} rows restored, ${String(present)} were there, ${String(leftOut)} left out (cache, leases, quotas)\n`,
);
for (const name of suspendedInCopy) {
  process.stdout.write(
    `${name} is suspended in the copy and not here: revoke again if it should be\n`,
  );
}
for (const name of forks) process.stderr.write(`${name} differs from the copy\n`);
if (forks.length > 0) {
  process.stderr.write('The ledger went on without what it had: restore into an empty table.\n');
  process.exitCode = 1;
}
