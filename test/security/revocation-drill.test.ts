import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Twin } from '../../local/twin.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';
import { operatorOf, type Operator } from '../support/twin/revocations.ts';
import { listWith, type WireCredentials } from '../support/twin/use-files.ts';

interface Definition {
  readonly States: Readonly<Record<string, { readonly Type: string }>>;
}
const states = Object.entries(
  (
    JSON.parse(
      readFileSync(
        new URL('../../statemachines/issue-credentials.asl.json', import.meta.url),
        'utf8',
      ),
    ) as Definition
  ).States,
);

/** Those that a cold mint does not pass: refusals, failures, and what only other requests need. */
const besideTheMint = [
  'ResolveSubject',
  'IsLoginAtHand',
  'ObtainOpenIdTokenWithLogin',
  'InProgress',
  'IdentityResolved',
  'IsIdentityAsked',
  'IsLaterSecondOpen',
  'IsIntentRecorded',
  'IsQuotaAttemptLeft',
  'RegisterIdentity',
  'WithdrawEntry',
  'WithdrawSession',
  'RecordFailure',
  'ReleaseLease',
  'IsDenial',
  'RecordDenial',
  'Denied',
  'Failed',
];
const passed = states.map(([name]) => name).filter((name) => !besideTheMint.includes(name));
const boundaries = passed.flatMap((state) =>
  (['enter', 'exit'] as const)
    // Ends have no way out that could be paused.
    .filter((when) => when === 'enter' || !['Issued'].includes(state))
    .map((when) => [when, state] as const),
);

/** Run once, at this boundary of the next mint. */
interface Interference {
  readonly state: string;
  readonly when: 'enter' | 'exit';
  readonly act: () => Promise<unknown>;
}
let interference: Interference | null = null as Interference | null;
/** What somebody who listened in the function `exchange` would have. */
interface Leak {
  readonly openIdToken: string;
  readonly roleArn: string;
  /** Minted from that token beside the machine's own session, under another name. */
  readonly credentials: WireCredentials;
}
let leak: Leak | null = null as Leak | null;

const leakedName = 'somebody-else';

describe('a mint that is paused while its subject is revoked, on the twin', () => {
  let twin: Twin;
  let operator: Operator;
  let token: string;
  let subject: string;
  let identityId: string;

  beforeAll(async () => {
    twin = await startDemoTwin({
      pause: async (state, when, executionName) => {
        if (interference?.state !== state || interference.when !== when) return;
        if (executionName.endsWith('-restore')) return;
        const { act } = interference;
        interference = null;
        await act();
      },
      afterCall: async ({ service, operation, input }) => {
        if (service !== 'sts' || operation !== 'AssumeRoleWithWebIdentity') return;
        if (input['RoleSessionName'] === leakedName) return;
        const [openIdToken, roleArn] = [input['WebIdentityToken'], input['RoleArn']].map(String);
        if (openIdToken === undefined || roleArn === undefined) return;
        leak = { openIdToken, roleArn, credentials: await mintWith(openIdToken, roleArn) };
      },
    });
    operator = await operatorOf(twin);
    ({ idToken: token } = await signIn(twin, 'alice'));
    const identity = await callApi(twin, 'GET', '/v1/identity', { token });
    subject = String(identity.body['subject']);
    identityId = String(identity.body['identityId']);
  });
  afterAll(async () => {
    await twin.stop();
  });

  const mintWith = async (openIdToken: string, roleArn: string): Promise<WireCredentials> => {
    const sts = new STSClient({
      region: 'us-east-1',
      endpoint: twin.endpoints.aws,
      credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
    });
    const { Credentials } = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: leakedName,
        WebIdentityToken: openIdToken,
      }),
    );
    sts.destroy();
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    };
  };
  const entries = async () => {
    const { Items } = (await twin.call('dynamodb', 'Query', {
      TableName: twin.endpoints.table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
      ExpressionAttributeValues: {
        ':pk': { S: `SUBJECT#${subject}` },
        ':entry': { S: 'ENTRY#' },
      },
      ConsistentRead: true,
    })) as { Items: { sealedSession?: unknown; pk: unknown; sk: unknown }[] };
    return Items;
  };
  const ask = () => callApi(twin, 'POST', '/v1/credentials', { token });

  it.each(boundaries)(
    'on %s of %s hands out nothing, leaves no entry and no live key [SEC-08] [SEC-31]',
    async (when, state) => {
      for (const { pk, sk } of await entries()) {
        await twin.call('dynamodb', 'DeleteItem', {
          TableName: twin.endpoints.table,
          Key: { pk, sk },
        });
      }
      leak = null;
      let revoked: Record<string, unknown> | null = null as Record<string, unknown> | null;
      interference = {
        state,
        when,
        act: async () => {
          revoked = await operator.revokeNow({ subject });
        },
      };
      const answer = await ask();
      expect(revoked?.['status']).toBe('in-force');

      expect(answer.body['type']).toMatch(/revoked$/);
      expect(answer.text).not.toContain('sessionToken');
      expect((await entries()).filter(({ sealedSession }) => sealedSession)).toEqual([]);
      const prefix = `private/${identityId}/`;
      const leaked = leak as Leak | null;
      if (leaked !== null) {
        expect(await listWith(twin, leaked.credentials, prefix)).toBe('AccessDenied');
        const later = await mintWith(leaked.openIdToken, leaked.roleArn);
        expect(await listWith(twin, later, prefix)).toBe('AccessDenied');
      }
      // The token from before the revocation mints nothing either.
      expect((await ask()).status).toBe(403);
      expect(leak).toBe(leaked);
      await operator.restoreNow(revoked?.['revocationId']);
      // Restored, the leaked session works again: it was the denial that stopped it.
      if (leaked !== null) expect(await listWith(twin, leaked.credentials, prefix)).toBe('ok');
    },
  );

  it('was paused at every state that a mint passes', () => {
    expect(passed).toContain('AssumeMappedRole');
    expect(interference).toBeNull();
  });
});
