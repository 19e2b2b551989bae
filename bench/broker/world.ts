/** A twin on one core; the broker's functions, and what they are compared with, on the other. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BatchWriteItemCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Jwks } from 'aws-jwt-verify/jwk';
import type { Endpoints } from '../../local/endpoints.ts';
import { httpLoad, type HttpRequestText } from '../http-load.ts';
import { brokerCore, otherCore, pin, startPinned, type Pinned } from '../pinned.ts';
import { idTokenOf } from '../sign-in.ts';
import { functionProcesses, nameOf } from './function-processes.ts';
import { tokensLike } from './people.ts';
import type { ReferenceArgument } from './reference-process.ts';
import type { TwinQuestion } from './twin-process.ts';

export interface Person {
  readonly token: string;
  readonly hit: HttpRequestText;
}

/** A server's origin, and whose processor time it uses. */
export interface Server {
  readonly origin: string;
  readonly pid: number;
}

export interface World {
  readonly endpoints: Endpoints;
  /** Front functions; the first is what most rows measure. */
  readonly brokers: readonly Server[];
  readonly reference: Server;
  /** Processes of the functions that the state machine runs. */
  readonly functionPids: readonly number[];
  /** New people, whom nobody knows yet. */
  readonly people: (count: number) => Promise<readonly Person[]>;
  readonly tokenOf: (username: string) => Promise<string>;
  /** Takes the sessions of these people out of the table. */
  readonly forget: (people: readonly Person[]) => Promise<void>;
  /** Calls that the twin answered since this was last asked, or since it was quiet, by operation. */
  readonly counts: () => Promise<Readonly<Record<string, number>>>;
  /**
   * Resolves when nothing of earlier requests is left to do: their records are chained and told.
   * @returns after how many milliseconds
   */
  readonly quiet: () => Promise<number>;
  /** Puts entries of other subjects into the table. @param from how many there are already */
  readonly fill: (from: number, rows: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const askFor = (token: string, body = '{"grant":"own-files"}'): HttpRequestText => ({
  method: 'POST',
  path: '/v1/credentials',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body,
});

const subOf = (token: string): string => {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return (JSON.parse(payload) as { readonly sub: string }).sub;
};

/** The functions that an execution waits for. */
const isAwaited = /(decide|identity|exchange)$/;
const rowsInABatch = 25;
const quietMillis = 500;
/** What schedules and looks at streams come to in that time. */
const callsOfNobody = 5;
const forgottenAtATime = 16;

export const openWorld = async (brokerCount: number): Promise<World> => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'stepkey-bench-'));
  const started: Pinned<unknown>[] = [];
  const stopAll = async () => {
    for (const each of started.reverse()) await each.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  };
  const start = async <Ready>(...options: Parameters<typeof startPinned>) => {
    const process = await startPinned<Ready>(...options);
    started.push(process);
    return process;
  };
  try {
    pin(process.pid, otherCore);
    const twin = await start<Endpoints>(new URL('./twin-process.ts', import.meta.url), otherCore, {
      stateDirectory,
    });
    const endpoints = twin.ready;
    const dynamoDb = new DynamoDBClient({
      region: endpoints.region,
      endpoint: endpoints.aws,
      credentials: { ...endpoints.adminCredentials },
    });
    const entryKeys = async (token: string) => {
      const { Items = [] } = await dynamoDb.send(
        new QueryCommand({
          TableName: endpoints.table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
          ExpressionAttributeValues: {
            ':pk': { S: `SUBJECT#users:${subOf(token)}` },
            ':entry': { S: 'ENTRY#' },
          },
          ProjectionExpression: 'pk, sk',
          ConsistentRead: true,
        }),
      );
      return Items;
    };
    const alice = await idTokenOf(endpoints, 'alice');
    // Has every function that a mint needs started.
    await httpLoad(endpoints.api, { count: 1, connections: 1, requestAt: () => askFor(alice) });
    const [aliceEntry] = await entryKeys(alice);
    const jwks = (await (
      await fetch(`${endpoints.aws}/${endpoints.userPoolId}/.well-known/jwks.json`)
    ).json()) as Jwks;
    const processes = functionProcesses(twin.pid);
    const api = processes.find((each) => /\bapi$/.test(nameOf(each)));
    if (api === undefined) throw new TypeError('The twin has no process of the function api');
    const minting = processes.filter((each) => isAwaited.test(nameOf(each)));
    for (const { pid } of minting) pin(pid, brokerCore);
    /** On AWS, what nobody waits for has processors of its own: here it takes what those leave whom somebody waits for. */
    const letPass = () => {
      for (const each of functionProcesses(twin.pid)) {
        if (isAwaited.test(nameOf(each))) continue;
        try {
          setPriority(each.pid, constants.priority.PRIORITY_LOW);
        } catch {
          // It ended while we looked.
        }
      }
    };

    const brokers: Server[] = [];
    for (let index = 0; index < brokerCount; index += 1) {
      const { ready, pid } = await start<number>(
        new URL('./broker-process.ts', import.meta.url),
        brokerCore,
        {},
        api.environment,
      );
      brokers.push({ origin: `http://127.0.0.1:${String(ready)}`, pid });
    }
    const argument: ReferenceArgument = {
      endpoints,
      jwks,
      entry: { pk: aliceEntry?.['pk']?.S ?? '', sk: aliceEntry?.['sk']?.S ?? '' },
      roleArn: `arn:aws:iam::${endpoints.accountId}:role/stepkey/stepkey-own-files`,
      sessionPolicy: sessionPolicyOf(endpoints),
    };
    const reference = await start<number>(
      new URL('./reference-process.ts', import.meta.url),
      brokerCore,
      argument,
    );
    let made = 0;
    const counts = () =>
      twin.ask<Readonly<Record<string, number>>>({ ask: 'counts' } satisfies TwinQuestion);
    return {
      endpoints,
      brokers,
      reference: { origin: `http://127.0.0.1:${String(reference.ready)}`, pid: reference.pid },
      functionPids: minting.map(({ pid }) => pid),
      people: async (count) => {
        const from = made;
        made += count;
        const question: TwinQuestion = { ask: 'import', from, count };
        const subs = await twin.ask<readonly string[]>(question);
        const people = subs.map((sub, index) => ({
          sub,
          username: `person-${String(from + index)}`,
        }));
        const tokens = await tokensLike(alice, endpoints, people);
        return tokens.map((token) => ({ token, hit: askFor(token) }));
      },
      tokenOf: (username) => idTokenOf(endpoints, username),
      forget: async (people) => {
        const left = [...people];
        const work = async () => {
          for (
            let at = left.splice(0, rowsInABatch);
            at.length > 0;
            at = left.splice(0, rowsInABatch)
          ) {
            const keys = (await Promise.all(at.map(({ token }) => entryKeys(token)))).flat();
            if (keys.length === 0) continue;
            await dynamoDb.send(
              new BatchWriteItemCommand({
                RequestItems: {
                  [endpoints.table]: keys.map((Key) => ({ DeleteRequest: { Key } })),
                },
              }),
            );
          }
        };
        await Promise.all(Array.from({ length: forgottenAtATime }, work));
      },
      counts,
      quiet: async () => {
        // Again and again, as functions start when they are first asked.
        letPass();
        const began = performance.now();
        await counts();
        for (;;) {
          await wait(quietMillis);
          const calls = Object.values(await counts()).reduce((sum, count) => sum + count, 0);
          if (calls <= callsOfNobody) return performance.now() - began - quietMillis;
        }
      },
      fill: async (from, rows) => {
        await twin.ask({ ask: 'fill', from, rows } satisfies TwinQuestion);
      },
      stop: async () => {
        dynamoDb.destroy();
        await stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
};

/** That of grants/own-files.json, with the deployment's values in it. */
const sessionPolicyOf = ({ bucket }: Endpoints): string => {
  const url = new URL('../../grants/own-files.json', import.meta.url);
  const { sessionPolicy } = JSON.parse(readFileSync(url, 'utf8')) as { sessionPolicy: unknown };
  return JSON.stringify({ Version: '2012-10-17', Statement: sessionPolicy })
    .replaceAll('{{partition}}', 'aws')
    .replaceAll('{{bucket}}', bucket);
};
