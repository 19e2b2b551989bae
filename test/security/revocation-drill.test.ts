import { readFileSync } from 'node:fs';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callApi, type ApiAnswer } from '../support/twin/api.ts';
import { tokenOfMachine } from '../support/twin/machines.ts';
import {
  revocationHas,
  startWithPausedMints,
  type Boundary,
  type PausedMints,
} from '../support/twin/paused-mints.ts';
import { signIn } from '../support/twin/people.ts';
import { operatorOf, type Operator } from '../support/twin/revocations.ts';
import { listWith, type WireCredentials } from '../support/twin/use-files.ts';

const definition = new URL('../../statemachines/issue-credentials.asl.json', import.meta.url);
const { States } = JSON.parse(readFileSync(definition, 'utf8')) as { States: object };

/** Those that a cold mint does not pass: refusals, failures, and what only other requests need. */
const besideTheMint = [
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
const passed = Object.keys(States).filter((name) => !besideTheMint.includes(name));

/** Who mints: the person, or a job on the person's behalf, which alone passes ResolveSubject. */
type Minter = 'person' | 'job';

/**
 * Every boundary of both mints. What lies between two states is both the exit of one and the entry of the next: the
 * person's mint is paused where it enters, the job's where it leaves; the end has no way out.
 */
const boundaries: readonly (Boundary & { readonly minter: Minter })[] = [
  ...passed
    .filter((state) => state !== 'ResolveSubject')
    .map((state) => ({ state, when: 'enter' as const, minter: 'person' as const })),
  ...passed
    .filter((state) => state !== 'Issued')
    .map((state) => ({ state, when: 'exit' as const, minter: 'job' as const })),
];
const titleOf = ({ state, when, minter }: (typeof boundaries)[number]): string =>
  `a ${minter}’s mint on ${when} of ${state}`;

/** What somebody who listened in the function `exchange` would have. */
interface Leak {
  readonly openIdToken: string;
  readonly roleArn: string;
  /** Minted from that token beside the machine's own session, under another name. */
  readonly credentials: WireCredentials;
}

interface Outcome {
  readonly wasPaused: boolean;
  readonly answer: ApiAnswer;
  readonly sealedEntries: number;
  /** What a leaked session could do, one minted from the leaked token afterwards, and the first once restored. */
  readonly leaked: readonly string[] | null;
  /** The same request with the same token, while revoked. */
  readonly again: number;
  readonly mintedAgain: boolean;
}

/** Each goes through its share of the boundaries, beside the others. */
const people = ['alice', 'bob', 'carol'];
const leakedName = 'somebody-else';

describe('a mint that is paused while its subject is revoked, on the twin', () => {
  let mints: PausedMints;
  let operator: Operator;
  let jobToken = '';
  const leaks = new Map<string, Leak>();
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    mints = await startWithPausedMints({
      afterCall: async ({ service, operation, input }) => {
        if (service !== 'sts' || operation !== 'AssumeRoleWithWebIdentity') return;
        const name = String(input['RoleSessionName']);
        if (name === leakedName) return;
        const [openIdToken, roleArn] = [
          String(input['WebIdentityToken']),
          String(input['RoleArn']),
        ];
        const credentials = await mintWith(openIdToken, roleArn);
        leaks.set(name.replace(/\+.*$/, ''), { openIdToken, roleArn, credentials });
      },
    });
    operator = await operatorOf(mints.twin);
    jobToken = await tokenOfMachine(mints.twin, 'batch');
    await Promise.all(
      people.map((person, lane) =>
        drill(
          person,
          boundaries.filter((_, nth) => nth % people.length === lane),
        ),
      ),
    );
  });
  afterAll(() => mints.twin.stop());

  const mintWith = async (openIdToken: string, roleArn: string): Promise<WireCredentials> => {
    const sts = new STSClient({
      region: 'us-east-1',
      endpoint: mints.twin.endpoints.aws,
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

  /** As any client does: a machine that is too busy to answer is asked again. */
  const revokeWhenHeard = async (subject: string): Promise<ApiAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await operator.revoke({ subject });
      if (answer.status === 202) return answer;
      if (answer.status < 500 || attempt === 5) throw new Error(answer.text);
    }
  };

  /** One person's boundaries, one after the other. */
  const drill = async (username: string, own: typeof boundaries): Promise<void> => {
    const { twin, askAndPause } = mints;
    await twin.call('cognito-idp', 'AdminAddUserToGroup', {
      UserPoolId: twin.endpoints.userPoolId,
      Username: username,
      GroupName: 'readers',
    });
    const { idToken } = await signIn(twin, username);
    const identity = await callApi(twin, 'GET', '/v1/identity', { token: idToken });
    const subject = String(identity.body['subject']);
    const sub = subject.slice(subject.indexOf(':') + 1);
    const prefix = `private/${String(identity.body['identityId'])}/`;
    const table = { TableName: twin.endpoints.table };
    const entries = async () => {
      const { Items } = (await twin.call('dynamodb', 'Query', {
        ...table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
        ExpressionAttributeValues: {
          ...{ ':pk': { S: `SUBJECT#${subject}` }, ':entry': { S: 'ENTRY#' } },
        },
        ConsistentRead: true,
      })) as { Items: { sealedSession?: unknown; pk: unknown; sk: unknown }[] };
      return Items;
    };
    const asks: Record<Minter, () => Promise<ApiAnswer>> = {
      person: () =>
        callApi(twin, 'POST', '/v1/credentials', { token: idToken, body: { grant: 'own-files' } }),
      job: () =>
        callApi(twin, 'POST', '/v1/exchange/credentials', {
          token: jobToken,
          body: { grant: 'reports', subject },
        }),
    };

    for (const boundary of own) {
      const ask = asks[boundary.minter];
      for (const { pk, sk } of await entries()) {
        await twin.call('dynamodb', 'DeleteItem', { ...table, Key: { pk, sk } });
      }
      leaks.delete(sub);
      let revocationId: unknown;
      const { answer, wasPaused } = await askAndPause(
        boundary,
        async () => {
          ({ revocationId } = (await revokeWhenHeard(subject)).body);
          await revocationHas(twin, revocationId, 'IN_FORCE');
        },
        ask,
      );
      if (!wasPaused) throw new Error(`${titleOf(boundary)} was not paused: ${answer.text}`);
      const sealedEntries = (await entries()).filter(({ sealedSession }) => sealedSession).length;
      const leak = leaks.get(sub);
      const used: string[] = [];
      if (leak !== undefined) {
        used.push(await listWith(twin, leak.credentials, prefix));
        const later = await mintWith(leak.openIdToken, leak.roleArn);
        used.push(await listWith(twin, later, prefix));
      }
      const again = await ask();
      const mintedAgain = leaks.get(sub) !== leak;
      await callApi(twin, 'DELETE', `/v1/revocations/${String(revocationId)}`, {
        token: operator.token,
      });
      await revocationHas(twin, revocationId, 'RESTORED');
      if (leak !== undefined) used.push(await listWith(twin, leak.credentials, prefix));
      outcomes.set(titleOf(boundary), {
        ...{ wasPaused, answer, sealedEntries, mintedAgain, again: again.status },
        leaked: leak === undefined ? null : used,
      });
    }
  };

  it.each(boundaries.map((boundary) => [titleOf(boundary), boundary] as const))(
    '%s hands out nothing, leaves no entry and no live key [SEC-08] [SEC-31]',
    (title, { state }) => {
      const outcome = outcomes.get(title);
      expect(outcome?.wasPaused).toBe(true);
      expect(outcome?.answer.body['type']).toMatch(/revoked$/);
      expect(outcome?.answer.text).not.toContain('sessionToken');
      expect(outcome?.sealedEntries).toBe(0);
      // The token from before the revocation mints nothing either.
      expect([outcome?.again, outcome?.mintedAgain]).toEqual([403, false]);
      const isMinted = passed.indexOf(state) > passed.indexOf('AssumeMappedRole');
      if (isMinted) expect(outcome?.leaked).not.toBeNull();
      // Restored, the leaked session works again: it was the denial that stopped it.
      if (outcome?.leaked) expect(outcome.leaked).toEqual(['AccessDenied', 'AccessDenied', 'ok']);
    },
  );
});
