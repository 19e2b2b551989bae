import { expect } from '@jest/globals';
import { AwsError } from '../../../local/aws.ts';
import { callApi } from '../../support/twin/api.ts';
import type { ApiAnswer } from '../../support/twin/api.ts';
import { runMachine, sealerOf } from '../../support/twin/machine.ts';
import type { Person, Row, Stage, Stories } from '../story.ts';

const ask = ({ twin, people }: Stage, person: Person): Promise<ApiAnswer> =>
  callApi(twin, 'POST', '/v1/credentials', { token: people[person].idToken });

const allRows = async ({ admin, twin }: Stage): Promise<readonly Row[]> => {
  const { Items } = await admin('dynamodb', 'Scan', {
    TableName: twin.endpoints.table,
    ConsistentRead: true,
  });
  return Items as Row[];
};

const startingWith = (rows: readonly Row[], key: 'pk' | 'sk', prefix: string): readonly Row[] =>
  rows.filter((row) => row[key]?.['S']?.startsWith(prefix));

/** No lease is left: the next request does not wait for this one's. */
const expectNoLease = (rows: readonly Row[]): void => {
  const entries = startingWith(rows, 'sk', 'ENTRY#');
  expect(entries).toHaveLength(1);
  expect(entries[0]?.['leaseOwner']).toBeUndefined();
};

export const issuing: Stories = [
  {
    title: 'the first request mints, is recorded and leaves an entry; the second is served from it',
    tell: async (stage) => {
      const first = await ask(stage, 'alice');
      expect(first.status).toBe(200);
      expect(first.body).toMatchObject({ source: 'minted' });
      const rows = await allRows(stage);
      const session = `SESSION#${String(first.body['sessionId'])}`;
      expect(startingWith(rows, 'sk', 'SESSION')).toMatchObject([
        { pk: { S: session }, status: { S: 'ACTIVE' } },
      ]);
      expect(startingWith(rows, 'sk', 'ISSUANCE#')).toHaveLength(1);
      expect(startingWith(rows, 'sk', 'SUBJECT')).toMatchObject([
        { identityId: { S: first.body['identityId'] } },
      ]);
      expectNoLease(rows);

      const second = await ask(stage, 'alice');
      expect(second.body).toMatchObject({ source: 'cache', sessionId: first.body['sessionId'] });
      expect(startingWith(await allRows(stage), 'sk', 'ISSUANCE#')).toHaveLength(2);
    },
  },
  {
    title: 'the machine finds an entry that the front did not see',
    tell: async (stage) => {
      await ask(stage, 'alice');
      const sealer = await sealerOf(stage.twin);
      const sealedToken = await sealer.seal('caller-token', '-', stage.people.alice.idToken);
      const { output } = await runMachine(stage.twin, { sealedToken });
      expect(output).toMatchObject({ outcome: 'issued', source: 'cache' });
    },
  },
  {
    title: 'a stranger is registered once, and the identity is remembered',
    tell: async (stage) => {
      const path = '/v1/identity';
      const { idToken: token } = stage.people.frank;
      const first = await callApi(stage.twin, 'GET', path, { token });
      expect(first.status).toBe(200);
      const remembered = startingWith(await allRows(stage), 'sk', 'SUBJECT');
      expect(remembered).toMatchObject([{ identityId: { S: first.body['identityId'] } }]);
      expect((await callApi(stage.twin, 'GET', path, { token })).body).toEqual(first.body);
    },
  },
  {
    title: 'a decision is explained, and health told, without the machine',
    tell: async ({ twin, people }) => {
      const { idToken: token } = people.alice;
      const decision = await callApi(twin, 'POST', '/v1/decisions', { token });
      expect(decision.body).toMatchObject({ outcome: 'allowed' });
      expect((await callApi(twin, 'GET', '/v1/health')).status).toBe(200);
    },
  },
  {
    title: 'the container path hands out',
    tell: async ({ twin, people }) => {
      const path = '/v1/container-credentials/own-files';
      const { status } = await callApi(twin, 'GET', path, { token: people.alice.idToken });
      expect(status).toBe(200);
    },
  },
  {
    title: 'a refusal of the front is recorded',
    tell: async (stage) => {
      expect((await ask(stage, 'frank')).status).toBe(403);
      expect(startingWith(await allRows(stage), 'pk', 'DENIAL#')).toHaveLength(1);
    },
  },
  {
    title: 'a refusal of the machine is recorded',
    tell: async (stage) => {
      const sealer = await sealerOf(stage.twin);
      const sealedToken = await sealer.seal('caller-token', '-', stage.people.frank.idToken);
      expect((await runMachine(stage.twin, { sealedToken })).error).toBe('Grant.Refused');
      expect(startingWith(await allRows(stage), 'pk', 'DENIAL#')).toHaveLength(1);
    },
  },
  {
    title: 'what is revoked while it is minted is withdrawn, entry and session',
    tell: async (stage) => {
      stage.onEnter('ConfirmNotRevoked', () =>
        stage.admin('dynamodb', 'UpdateItem', {
          TableName: stage.twin.endpoints.table,
          Key: { pk: { S: 'EVERYTHING' }, sk: { S: 'REVOCATION' } },
          UpdateExpression: 'ADD epoch :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      );
      expect((await ask(stage, 'alice')).status).toBe(403);
      const rows = await allRows(stage);
      expect(startingWith(rows, 'sk', 'ENTRY#')).toEqual([]);
      expect(startingWith(rows, 'sk', 'SESSION')).toMatchObject([{ status: { S: 'WITHDRAWN' } }]);
    },
  },
  {
    title: 'a mint that fails is recorded as failed, and gives its lease back',
    tell: async (stage) => {
      stage.beforeCall(({ operation }) => {
        if (operation !== 'AssumeRoleWithWebIdentity') return;
        throw new AwsError('AccessDenied', 'Not authorized', { statusCode: 403 });
      });
      expect((await ask(stage, 'alice')).status).toBe(502);
      const rows = await allRows(stage);
      expect(startingWith(rows, 'sk', 'SESSION')).toMatchObject([{ status: { S: 'FAILED' } }]);
      expectNoLease(rows);
    },
  },
  {
    title: 'a pool that wants the person’s own login gets it from the identity function',
    tell: async (stage) => {
      stage.beforeCall(({ operation, input }) => {
        const logins = Object.keys(input['Logins'] ?? {});
        if (operation !== 'GetOpenIdTokenForDeveloperIdentity' || logins.length > 1) return;
        throw new AwsError(
          'NotAuthorizedException',
          "Logins don't match. Please include at least one valid login for this identity or identity pool.",
        );
      });
      expect((await ask(stage, 'alice')).body).toMatchObject({ source: 'minted' });
    },
  },
];
