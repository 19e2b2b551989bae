/** How long an auditor's searches take in a ledger of 100,000 records: through the API, its function and the table. */
import {
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { rowOfLink } from '../adapters/chain-store.ts';
import { nodeDigest } from '../adapters/digest.ts';
import { genesis, linkAfter, type Link } from '../core/ledger/link.ts';
import { shardOf, textOfRecord, type LedgerRecord } from '../core/ledger/record.ts';
import type { Endpoints } from '../local/endpoints.ts';
import { percentile, type Bench, type Figure } from './bench.ts';
import { load } from './load.ts';
import { startTwinProcess } from './twin-process.ts';

/** The password that README names: the twin listens on the loopback only. */
const password = 'Correct-horse-1';
const firstEpochSeconds = 1_790_000_000;
const secondsBetween = 7;
const people = 2000;
/** Of one in ten a session is minted, one in twenty is refused; the rest comes from the cache. */
const recordsPerSession = 10;

const recordOf = (index: number): LedgerRecord => {
  const session = Math.floor(index / recordsPerSession);
  const subject = `users:person-${String((session * 7919) % people)}`;
  const isDenied = index % 20 === 13;
  const isMint = index % recordsPerSession === 0;
  const who = {
    client: ['app', 'cli', 'service'][session % 3] ?? '',
    actor: session % 50 === 0 ? 'batch' : null,
    grant: ['own-files', 'team-read', 'reports'][session % 3] ?? '',
    tokenId: `jti-${String(index)}`,
  };
  const common = { format: 1, subject, atEpochSeconds: firstEpochSeconds + index * secondsBetween };
  return isDenied
    ? {
        ...common,
        format: 1,
        kind: 'denial',
        id: `d-${String(index)}`,
        data: { ...who, error: 'Grant.Refused' },
      }
    : {
        ...common,
        format: 1,
        kind: 'issuance',
        id: `i-${String(index).padStart(8, '0')}`,
        data: {
          ...who,
          sessionId: `s-${String(session)}`,
          rule: 0,
          evidence: '{"groups":["readers"]}',
          roleArn: `arn:aws:iam::123456789012:role/stepkey/stepkey-${who.grant}`,
          sessionName: subject.slice('users:'.length),
          identityId: `us-east-1:${subject}`,
          accessKeyId: `ASIA${String(session).padStart(16, '0')}`,
          expiresAtEpochSeconds: firstEpochSeconds + index * secondsBetween + 3600,
          source: isMint ? 'minted' : 'cache',
          stale: 0,
          executionArn: `arn:aws:states:us-east-1:123456789012:express:issue:e:${String(session)}`,
        },
      };
};

const sessionRowOf = (session: number): Record<string, AttributeValue> => ({
  pk: { S: `SESSION#s-${String(session)}` },
  sk: { S: 'SESSION' },
  status: { S: 'ACTIVE' },
  startedAtEpochSeconds: { N: String(firstEpochSeconds + session * 70) },
  executionArn: { S: `arn:aws:states:us-east-1:123456789012:express:issue:e:${String(session)}` },
  sessionPolicy: { S: JSON.stringify({ Version: '2012-10-17', Statement: 'x'.repeat(500) }) },
  sessionPolicySha256: { S: nodeDigest.sha256Hex(String(session)) },
});

const rowsOf = (count: number): Record<string, AttributeValue>[] => {
  const heads = new Map<number, Link>();
  const links = Array.from({ length: count }, (_, index) => {
    const record = recordOf(index);
    const shard = shardOf(record, nodeDigest);
    const link = linkAfter(heads.get(shard) ?? genesis, shard, textOfRecord(record), nodeDigest);
    heads.set(shard, link);
    return rowOfLink(link);
  });
  const sessions = Array.from({ length: count / recordsPerSession }, (_, index) =>
    sessionRowOf(index),
  );
  return [...links, ...sessions];
};

/** DynamoDB takes as many at a time. */
const rowsPerWrite = 25;

const fill = async (
  { region, aws: endpoint, adminCredentials: credentials, table }: Endpoints,
  rows: readonly Record<string, AttributeValue>[],
): Promise<void> => {
  const client = new DynamoDBClient({ region, endpoint, credentials });
  await load(Math.ceil(rows.length / rowsPerWrite), 4, async (index) => {
    const part = rows.slice(index * rowsPerWrite, (index + 1) * rowsPerWrite);
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: { [table]: part.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
  });
  client.destroy();
};

const auditorsToken = async ({ region, aws: endpoint, clients }: Endpoints): Promise<string> => {
  const client = new CognitoIdentityProviderClient({
    region,
    endpoint,
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  const { AuthenticationResult } = await client.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: clients.cli.clientId,
      AuthParameters: { USERNAME: 'audrey', PASSWORD: password },
    }),
  );
  client.destroy();
  return AuthenticationResult?.AccessToken ?? '';
};

const instant = (index: number): string =>
  new Date((firstEpochSeconds + index * secondsBetween) * 1000).toISOString();

/** Each asks for something else at each turn, so that nothing is kept that a person would not keep. */
const searches = (count: number): Readonly<Record<string, (turn: number) => string>> => {
  const session = (turn: number) => (turn * 7907) % (count / recordsPerSession);
  const person = (turn: number) =>
    `subject=users:person-${String((session(turn) * 7919) % people)}`;
  const span = (turn: number) => {
    const from = (turn * 7907) % count;
    return `from=${instant(from)}&to=${instant(from + 500)}`;
  };
  return {
    'newest first': () => '',
    'a person': person,
    'an access key id': (turn) => `accessKeyId=ASIA${String(session(turn)).padStart(16, '0')}`,
    'a client': (turn) => `client=${['app', 'cli', 'service'][turn % 3] ?? ''}`,
    'a grant': (turn) => `grant=${['own-files', 'team-read', 'reports'][turn % 3] ?? ''}`,
    'an actor': () => 'actor=batch',
    'an hour': span,
    refusals: () => 'outcome=denied',
    'mints, one in ten': () => 'outcome=minted',
    "a client's refusals in an hour": (turn) => `client=app&outcome=denied&${span(turn)}`,
    "a person's mints through a client": (turn) => `${person(turn)}&client=cli&outcome=minted`,
  };
};

export const bench: Bench = {
  name: 'ledger',
  measure: async ({ quick, progress }) => {
    const count = quick ? 5000 : 100_000;
    const turns = quick ? 5 : 40;
    const twin = await startTwinProcess();
    try {
      const token = await auditorsToken(twin.endpoints);
      progress(`writing ${count.toLocaleString('en-US')} records`);
      await fill(twin.endpoints, rowsOf(count));
      const figures: Figure[] = [];
      const all: number[] = [];
      for (const [name, queryOf] of Object.entries(searches(count))) {
        let fewest = Number.POSITIVE_INFINITY;
        const ask = async (turn: number) => {
          const answer = await fetch(`${twin.endpoints.api}/v1/issuances?${queryOf(turn)}`, {
            headers: { authorization: `Bearer ${token}` },
          });
          const { records } = (await answer.json()) as { readonly records?: readonly unknown[] };
          if (answer.status !== 200) throw new Error(`${name}: status ${String(answer.status)}`);
          fewest = Math.min(fewest, records?.length ?? 0);
        };
        // The first call starts what runs the function.
        await ask(turns);
        const { millisOf } = await load(turns, 1, ask);
        all.push(...millisOf);
        figures.push({ name: `${name}, p95`, unit: 'ms', values: [percentile(millisOf, 0.95)] });
        progress(
          `${name}: ${String(Math.round(percentile(millisOf, 0.95)))} ms, at least ${String(fewest)} records`,
        );
      }
      return [
        {
          name: `all searches of ${count.toLocaleString('en-US')} records, p95`,
          unit: 'ms',
          values: [percentile(all, 0.95)],
          bar: { atMost: 200 },
        },
        ...figures,
      ];
    } finally {
      await twin.stop();
    }
  },
};
