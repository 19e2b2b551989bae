import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../../../adapters/aws-clients.ts';
import { dynamoLedger } from '../../../adapters/ledger.ts';
import type { StepkeyError } from '../../../core/errors.ts';
import type { Denial, Ledger } from '../../../core/ports.ts';
import { AwsError } from '../../../local/aws.ts';
import { wireCredentials } from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';
import { dynamoDbOnWire, tableName, type WireService } from '../../support/fakes/wire-services.ts';

let dynamo: WireService;
let ledger: Ledger;
let serial = 0;

beforeAll(async () => {
  dynamo = await dynamoDbOnWire();
  ledger = dynamoLedger({
    client: new DynamoDBClient({
      ...clientSettings('dynamodb', { region: 'us-east-1', endpoint: dynamo.wire.endpoint }),
      credentials: wireCredentials,
      maxAttempts: 2,
    }),
    tableName,
    timer: fakeClock(),
  });
});
afterEach(() => {
  dynamo.mend();
  dynamo.wire.calls.length = 0;
});
afterAll(() => dynamo.close());

const denial = (): Denial => ({
  denialId: `denial-${String((serial += 1))}`,
  error: 'Grant.NotPermitted',
  subject: `users:person-${String(serial)}`,
  client: 'app',
  actor: null,
  grant: 'reports',
  tokenId: null,
  basis: null,
  atEpochSeconds: 1_800_000_000,
});
const denials = (count: number) => Array.from({ length: count }, denial);

const recordedErrorOf = async ({ denialId }: Denial): Promise<unknown> => {
  const { Item } = await dynamo.call('GetItem', {
    TableName: tableName,
    Key: { pk: { S: `DENIAL#${denialId}` }, sk: { S: 'DENIAL' } },
  });
  return (Item as Record<string, unknown> | undefined)?.['error'];
};
const recordAll = (some: readonly Denial[]) =>
  Promise.all(
    some.map((one) =>
      ledger.recordDenial(one).then(
        () => 'recorded',
        (error: unknown) => (error as StepkeyError).name,
      ),
    ),
  );
const operations = () => dynamo.wire.calls.map(({ operation }) => operation);

describe('denials of one moment', () => {
  it('are recorded in calls of up to 25, each by a statement that can replace nothing', async () => {
    const some = denials(60);
    await Promise.all(some.map((one) => ledger.recordDenial(one)));
    for (const one of some) {
      expect(await recordedErrorOf(one)).toEqual({ S: 'Grant.NotPermitted' });
    }
    expect(operations()).toEqual(Array(3).fill('BatchExecuteStatement'));
    const statements = dynamo.wire.calls.flatMap(
      ({ input }) => input['Statements'] as readonly { readonly Statement: string }[],
    );
    expect(new Set(statements.map(({ Statement }) => Statement.slice(0, 12)))).toEqual(
      new Set(['INSERT INTO ']),
    );
  });

  it('fail alone where another record has the place of one, which stays as it was', async () => {
    const taken = denial();
    const some = [denial(), taken, denial()];
    await ledger.recordDenial({ ...taken, error: 'Token.Revoked' });
    expect(await recordAll(some)).toEqual(['recorded', 'Config.Invalid', 'recorded']);
    expect(await Promise.all(some.map(recordedErrorOf))).toEqual([
      { S: 'Grant.NotPermitted' },
      { S: 'Token.Revoked' },
      { S: 'Grant.NotPermitted' },
    ]);
  });

  it('are recorded once though the answer of the first attempt was lost', async () => {
    let isLost = false;
    dynamo.wire.respond = async ({ operation, input }) => {
      const output = await dynamo.call(operation, input);
      if (isLost || operation !== 'BatchExecuteStatement') return output;
      isLost = true;
      throw new AwsError('InternalServerError', 'lost', { statusCode: 500 });
    };
    expect(await recordAll(denials(2))).toEqual(['recorded', 'recorded']);
    expect(operations()).toEqual([
      ...['BatchExecuteStatement', 'BatchExecuteStatement', 'GetItem', 'GetItem'],
    ]);
  });

  it('are not taken for recorded where the row that was there is gone', async () => {
    dynamo.wire.respond = ({ operation }) =>
      operation === 'GetItem'
        ? {}
        : { Responses: [{ Error: { Code: 'DuplicateItem', Message: 'there' } }] };
    expect(await nameOfFailure(ledger.recordDenial(denial()))).toBe('Config.Invalid');
  });

  it('are not taken for recorded where what was there cannot be read', async () => {
    dynamo.wire.respond = ({ operation }) => {
      if (operation === 'GetItem') throw new AwsError('AccessDeniedException', 'no');
      return { Responses: [{ Error: { Code: 'DuplicateItem', Message: 'there' } }] };
    };
    expect(await nameOfFailure(ledger.recordDenial(denial()))).toBe('Upstream.Misconfigured');
  });

  it('are compared with what a strong read finds', async () => {
    const repeated = denial();
    await ledger.recordDenial(repeated);
    await ledger.recordDenial(repeated);
    const reads = dynamo.wire.calls.filter(({ operation }) => operation === 'GetItem');
    expect(reads.map(({ input }) => input['ConsistentRead'])).toEqual([true]);
  });
});
