/** `npm run restore -- --from <table> --to <table>`: copies rows that a table has lost from a restored one. */
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { restoreRows } from './restore-rows.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    region: { type: 'string' },
    endpoint: { type: 'string' },
  },
});
const { from, to, region, endpoint } = values;
if (from === undefined || to === undefined) {
  process.stderr.write(
    'npm run restore -- --from <restored table> --to <table> [--region <name>]\n',
  );
  process.exit(2);
}
const client = new DynamoDBClient({
  ...(region === undefined ? {} : { region }),
  ...(endpoint === undefined ? {} : { endpoint }),
});
const { restored, present, leftOut } = await restoreRows(client, { from, to });
process.stdout.write(
  `${String(restored)} rows restored, ${String(present)} were there, ${String(leftOut)} left out (cache, leases, quotas)\n`,
);
