/**
 * A twin in a process of its own that counts the calls it answers. Argument: a JSON of `TwinArgument`. Tells its parent
 * its endpoints, then answers each `TwinQuestion`.
 */
import { startOpenTwin } from '../../local/twin.ts';

export interface TwinArgument {
  readonly stateDirectory: string;
}

interface ImportPeople {
  readonly from: number;
  readonly count: number;
}

interface FillTable {
  readonly from: number;
  readonly rows: number;
}

/**
 * counts: how often each operation was called since this was last asked. import: people who may have sessions, without
 * a password. fill: entries of subjects whom nobody asks for.
 */
export type TwinQuestion =
  | { readonly ask: 'counts' }
  | ({ readonly ask: 'import' } & ImportPeople)
  | ({ readonly ask: 'fill' } & FillTable);

const rowsInABatch = 25;

const otherEntry = (number: number) => ({
  pk: { S: `SUBJECT#others:${String(number)}` },
  sk: { S: `ENTRY#${String(number).padStart(64, '0')}` },
  sealedSession: { S: 'sealed' },
  expiresAtEpochSeconds: { N: '4000000000' },
});

/** Far above what the machine can make: where the rate of minting is measured, the budget must not decide. */
const unlimited = 1_000_000;

const { stateDirectory } = JSON.parse(process.argv[2] ?? '{}') as TwinArgument;
let counts: Record<string, number> = {};
const twin = await startOpenTwin({
  stateDirectory,
  port: 0,
  awsPort: 0,
  users: 'demo',
  context: {
    'stepkey:developerIdentityCallsPerSecond': unlimited,
    'stepkey:batchCallsPerSecond': unlimited,
    'stepkey:stsCallsPerSecond': unlimited,
    'stepkey:kmsCallsPerSecond': unlimited,
  },
  interceptor: ({ operation }) => {
    counts[operation] = (counts[operation] ?? 0) + 1;
  },
});

/** @returns their `sub` */
const importPeople = async ({ from, count }: ImportPeople): Promise<readonly string[]> => {
  const subs: string[] = [];
  for (let index = from; index < from + count; index += 1) {
    const { sub } = await twin.services.cognitoIdp.importUser(twin.endpoints.userPoolId, {
      username: `person-${String(index)}`,
      password: null,
      temporary: false,
      enabled: true,
      attributes: { email: `person-${String(index)}@example.com`, email_verified: 'true' },
      groups: ['readers'],
    });
    subs.push(sub);
  }
  return subs;
};

const fill = async ({ from, rows }: FillTable): Promise<void> => {
  for (let first = from; first < from + rows; first += rowsInABatch) {
    const numbers = Array.from(
      { length: Math.min(rowsInABatch, from + rows - first) },
      (_, index) => first + index,
    );
    await twin.call('dynamodb', 'BatchWriteItem', {
      RequestItems: {
        [twin.endpoints.table]: numbers.map((number) => ({
          PutRequest: { Item: otherEntry(number) },
        })),
      },
    });
  }
};

const answer = async (question: TwinQuestion): Promise<unknown> => {
  if (question.ask === 'import') return importPeople(question);
  if (question.ask === 'fill') {
    await fill(question);
    return {};
  }
  const since = counts;
  counts = {};
  return since;
};
process.on('message', (question) => {
  void answer(question as TwinQuestion).then((answered) => process.send?.(answered));
});
process.once('SIGTERM', () => {
  void twin.stop().then(() => {
    process.exit(0);
  });
});
process.send?.(twin.endpoints);
