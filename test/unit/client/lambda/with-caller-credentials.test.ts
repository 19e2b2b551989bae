import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
import { withCallerCredentials } from '../../../../client/lambda/with-caller-credentials.ts';
import { shiftDate } from '../../../../local/lambda/shifted-date.ts';
import {
  away,
  issuedFor,
  refused,
  startFakeBroker,
  subOf,
  tokenFor,
  type FakeBroker,
} from '../../../support/fakes/fake-broker.ts';

let broker: FakeBroker;
let ran: string[];

const wrapped = () =>
  withCallerCredentials(
    async (
      event: Pick<APIGatewayProxyEvent, 'headers' | 'multiValueHeaders'>,
      _context: object,
      caller,
    ) => {
      ran.push(caller.subject);
      // Time for another caller to come in between.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      const { secretAccessKey } = await caller.credentials();
      return {
        statusCode: 200,
        body: JSON.stringify({
          asked: event.headers['x-name'],
          identityId: caller.identityId,
          subject: caller.subject,
          secretAccessKey,
        }),
      };
    },
    { api: broker.api, grant: 'own-files', patienceMillis: 0 },
  );

/** As a REST API hands it over: event 1.0. */
const restEvent = (authorization: string | null, name = '') => {
  const headers: Record<string, string> = {
    'x-name': name,
    ...(authorization === null ? {} : { Authorization: authorization }),
  };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [key, [value]]),
    ),
  };
};

const bodyOf = (answer: { readonly body: string }): Record<string, unknown> =>
  JSON.parse(answer.body) as Record<string, unknown>;

beforeAll(async () => {
  broker = await startFakeBroker();
});
afterAll(() => broker.down());
beforeEach(() => {
  broker.calls.length = 0;
  broker.respond = ({ token }) => issuedFor(subOf(token));
  ran = [];
});
afterEach(() => {
  shiftDate(0);
});

describe('a handler with its caller’s credentials', () => {
  it.each([
    ['after Bearer', (token: string) => `Bearer ${token}`],
    ['as it is', (token: string) => token],
  ])('gets the caller whose token came %s', async (_, spelled) => {
    const token = tokenFor('alice');
    const answer = await wrapped()(restEvent(spelled(token), 'alice'), {});
    expect(answer.statusCode).toBe(200);
    expect(bodyOf(answer)).toEqual({
      asked: 'alice',
      identityId: 'us-east-1:alice',
      subject: 'pool:alice',
      secretAccessKey: 'secret-of-alice',
    });
    expect(broker.calls).toMatchObject([{ token, body: { grant: 'own-files' } }]);
  });

  it('takes the event of an HTTP API too', async () => {
    const handler = withCallerCredentials(
      (_event: Pick<APIGatewayProxyEventV2, 'headers'>, _context: object, { subject }) => subject,
      { api: broker.api },
    );
    const token = `Bearer ${tokenFor('bob')}`;
    expect(await handler({ headers: { authorization: token } }, {})).toBe('pool:bob');
  });

  it('never gives one caller another’s, however they are interleaved in a warm function', async () => {
    const handler = wrapped();
    const names = ['alice', 'bob', 'carol'];
    const tokens = new Map(names.map((name) => [name, tokenFor(name)]));
    const turns = Array.from({ length: 60 }, (_, index) => names[index % 3] ?? '');
    const answers = await Promise.all(
      turns.map((name) => handler(restEvent(tokens.get(name) ?? '', name), {})),
    );
    answers.forEach((answer, index) => {
      const name = turns[index] ?? '';
      expect(bodyOf(answer)).toEqual({
        asked: name,
        identityId: `us-east-1:${name}`,
        subject: `pool:${name}`,
        secretAccessKey: `secret-of-${name}`,
      });
    });
    expect(broker.calls).toHaveLength(3);
  });

  it('asks the broker about a forged token, although the session of its claims is held', async () => {
    const handler = wrapped();
    const token = tokenFor('alice');
    await handler(restEvent(token), {});
    broker.respond = () => refused;
    const answer = await handler(restEvent(`${token.slice(0, -2)}AA`), {});
    expect(answer.statusCode).toBe(403);
    expect(ran).toEqual(['pool:alice']);
  });

  it.each<[string, () => ReturnType<typeof restEvent>]>([
    ['there is no token', () => restEvent(null)],
    ['it is empty', () => restEvent('')],
    ['it is no token', () => restEvent('Bearer abc')],
    ['it is another scheme', () => restEvent(`Basic ${tokenFor('alice')}`)],
    ['its time is over', () => restEvent(tokenFor('alice', { exp: 1 }))],
    [
      'there are two',
      () => ({
        headers: { Authorization: tokenFor('alice') },
        multiValueHeaders: { Authorization: [tokenFor('bob'), tokenFor('alice')] },
      }),
    ],
    [
      'two spellings of the header differ',
      () => ({
        headers: { Authorization: tokenFor('alice'), authorization: tokenFor('bob') },
        multiValueHeaders: {},
      }),
    ],
  ])('does not run and answers 401 when %s', async (_, event) => {
    const answer = await wrapped()(event(), {});
    expect(answer).toMatchObject({
      statusCode: 401,
      headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
    });
    expect(bodyOf(answer)).toMatchObject({ status: 401, type: 'about:blank' });
    expect({ ran, calls: broker.calls.length }).toEqual({ ran: [], calls: 0 });
  });

  it('does not outlive the token with what is held', async () => {
    const handler = wrapped();
    const token = tokenFor('alice', { exp: Math.floor(Date.now() / 1000) + 60 });
    expect((await handler(restEvent(token), {})).statusCode).toBe(200);
    shiftDate(61_000);
    expect((await handler(restEvent(token), {})).statusCode).toBe(401);
    expect(ran).toHaveLength(1);
  });

  it.each([
    [403, () => refused, 'No such grant is available to this caller.'],
    [
      401,
      () => ({ status: 401, body: { ...refused.body, status: 401, detail: 'Not accepted.' } }),
      'Not accepted.',
    ],
    [503, () => away({ 'retry-after': '7' }), 'The credentials for this caller cannot be had'],
    [503, () => ({ status: 400, body: { ...refused.body, status: 400 } }), 'The credentials'],
    [503, () => ({ status: 200, body: {} }), 'The credentials'],
  ])('does not run and answers %d instead of using its own role', async (status, respond, text) => {
    broker.respond = respond;
    const answer = await wrapped()(restEvent(tokenFor('alice')), {});
    expect(answer.statusCode).toBe(status);
    expect(bodyOf(answer)['detail']).toContain(text);
    expect(bodyOf(answer)['status']).toBe(status);
    expect(ran).toEqual([]);
  });

  it('says how long to wait for a broker that is away', async () => {
    broker.respond = () => away({ 'retry-after': '7' });
    const answer = await wrapped()(restEvent(tokenFor('alice')), {});
    expect(answer).toMatchObject({ headers: { 'Retry-After': '7' } });
  });
});
