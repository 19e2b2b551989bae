import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyDenyPolicy } from '../../core/revocations/deny-policy.ts';
import { AwsError } from '../../local/aws.ts';
import type { Twin } from '../../local/twin.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';
import { operatorOf, type Operator } from '../support/twin/revocations.ts';
import { listWith, type WireCredentials } from '../support/twin/use-files.ts';

interface Report {
  readonly sessions: number;
  readonly subjects: number;
  readonly revocationIds: readonly string[];
  readonly isPassDone: boolean;
  readonly retriedIds: readonly string[];
}

interface Handed {
  readonly credentials: WireCredentials;
  readonly subject: string;
  readonly identityId: string;
  readonly sessionId: string;
}

describe('what the user pool’s events did not tell, on the twin', () => {
  let twin: Twin;
  let operator: Operator;
  let isPolicyLocked = false;

  beforeAll(async () => {
    twin = await startDemoTwin({
      loseCloudTrailEvents: true,
      interceptor: ({ service, operation }) => {
        if (isPolicyLocked && service === 'iam' && operation === 'CreatePolicyVersion') {
          throw new AwsError('AccessDenied', 'Somebody took the right away.', { statusCode: 403 });
        }
      },
    });
    operator = await operatorOf(twin);
    for (const Username of ['carol', 'frank']) {
      await admin('AdminAddUserToGroup', { Username, GroupName: 'readers' });
    }
  });
  afterAll(async () => {
    await twin.stop();
  });

  const admin = (operation: string, input: object) =>
    twin.call('cognito-idp', operation, { UserPoolId: twin.endpoints.userPoolId, ...input });
  const reconcile = async (): Promise<Report> => {
    const { Payload, FunctionError } = await twin.call('lambda', 'Invoke', {
      FunctionName: 'stepkey-revoke',
      Payload: Buffer.from('{"task":"reconcile"}'),
    });
    const text = Buffer.from(Payload as Uint8Array).toString();
    if (FunctionError !== undefined) throw new Error(text);
    return JSON.parse(text) as Report;
  };
  const handOut = async (username: string, body: object) => {
    const { idToken: token } = await signIn(twin, username);
    const answer = await callApi(twin, 'POST', '/v1/credentials', { token, body });
    expect(answer.status).toBe(200);
    const handed = answer.body as unknown as Handed;
    const ask = () => callApi(twin, 'POST', '/v1/credentials', { token, body });
    const list = () => listWith(twin, handed.credentials, `private/${handed.identityId}/`);
    return { ...handed, ask, list };
  };
  /** Who was minted for in the last minute counts as somebody whom the directory may not know yet. */
  const makeOlder = (sessionId: string) =>
    twin.call('dynamodb', 'UpdateItem', {
      TableName: twin.endpoints.table,
      Key: { pk: { S: `SESSION#${sessionId}` }, sk: { S: 'SESSION' } },
      UpdateExpression: 'SET mintedAtEpochSeconds = mintedAtEpochSeconds - :minutes',
      ExpressionAttributeValues: { ':minutes': { N: '120' } },
    });

  it('is found by the reconciler: disabled, deleted, out of the group; and nobody else [SEC-35]', async () => {
    const disabled = await handOut('alice', { grant: 'own-files' });
    const removed = await handOut('bob', { grant: 'own-files' });
    const deleted = await handOut('frank', { grant: 'own-files' });
    const healthy = await handOut('carol', { grant: 'own-files' });
    expect(await reconcile()).toMatchObject({ sessions: 4, subjects: 4, revocationIds: [] });

    await admin('AdminDisableUser', { Username: 'alice' });
    for (const GroupName of await groupsOf('bob')) {
      await admin('AdminRemoveUserFromGroup', { Username: 'bob', GroupName });
    }
    await admin('AdminDeleteUser', { Username: 'frank' });
    await makeOlder(deleted.sessionId);
    const { revocationIds } = await reconcile();
    expect(revocationIds).toHaveLength(3);
    for (const id of revocationIds) {
      expect(await operator.until(id, 'in-force')).toMatchObject({ requestedBy: 'stepkey' });
    }
    for (const { ask, list } of [disabled, removed, deleted]) {
      expect((await ask()).body['type']).toMatch(/revoked$/);
      expect(await list()).toBe('AccessDenied');
    }
    expect((await healthy.ask()).status).toBe(200);
    expect(await healthy.list()).toBe('ok');
    expect(await reconcile()).toMatchObject({ sessions: 4, subjects: 4, revocationIds: [] });
  });

  it('includes a policy that was changed by hand: it is mended [SEC-31]', async () => {
    const { credentials, subject, identityId } = await handOut('carol', { grant: 'own-files' });
    const { revocationId } = await operator.revokeNow({ subject });
    const list = () => listWith(twin, credentials, `private/${identityId}/`);
    expect(await list()).toBe('AccessDenied');
    const policy = denyPolicy();
    const { Versions } = (await twin.call('iam', 'ListPolicyVersions', policy)) as {
      Versions: { VersionId: string; IsDefaultVersion: boolean }[];
    };
    for (const { VersionId, IsDefaultVersion } of Versions) {
      if (!IsDefaultVersion)
        await twin.call('iam', 'DeletePolicyVersion', { ...policy, VersionId });
    }
    await twin.call('iam', 'CreatePolicyVersion', {
      ...policy,
      PolicyDocument: emptyDenyPolicy(),
      SetAsDefault: true,
    });
    expect(await list()).toBe('ok');
    await reconcile();
    expect(await list()).toBe('AccessDenied');
    await operator.restoreNow(revocationId);
  });

  it('starts again what failed, until it is in force, and the same for what was to be restored [SEC-35]', async () => {
    const { credentials, subject, identityId } = await handOut('carol', { grant: 'own-files' });
    const list = () => listWith(twin, credentials, `private/${identityId}/`);
    isPolicyLocked = true;
    const { revocationId } = (await operator.revoke({ subject })).body;
    expect(await operator.until(revocationId, 'failed')).toMatchObject({
      failure: 'Upstream.Misconfigured',
    });
    expect(await list()).toBe('ok');
    // The policy is not what it should be either, which a run says as long as it cannot mend it.
    await expect(reconcile()).rejects.toThrow('Upstream.Misconfigured');
    isPolicyLocked = false;
    expect(await reconcile()).toMatchObject({ retriedIds: [] });
    await twin.setClockAhead(180_000);
    expect((await reconcile()).retriedIds).toEqual([revocationId]);
    expect(await operator.until(revocationId, 'in-force')).not.toHaveProperty('failure');
    expect(await list()).toBe('AccessDenied');

    isPolicyLocked = true;
    await callApi(twin, 'DELETE', `/v1/revocations/${String(revocationId)}`, {
      token: operator.token,
    });
    await operator.until(revocationId, 'failed');
    isPolicyLocked = false;
    await twin.setClockAhead(360_000);
    expect((await reconcile()).retriedIds).toEqual([revocationId]);
    await operator.until(revocationId, 'restored');
    expect(await list()).toBe('ok');
    expect((await reconcile()).retriedIds).toEqual([]);
    await twin.setClockAhead(0);
  });

  it('comes by itself, every five minutes', async () => {
    const { Rules } = (await twin.call('events', 'ListRules', {})) as {
      Rules: { Name: string; ScheduleExpression?: string; State: string }[];
    };
    const scheduled = await Promise.all(
      Rules.filter(({ ScheduleExpression }) => ScheduleExpression !== undefined).map(
        async ({ Name, ScheduleExpression, State }) => {
          const { Targets } = (await twin.call('events', 'ListTargetsByRule', { Rule: Name })) as {
            Targets: { Input: string }[];
          };
          return { ScheduleExpression, State, inputs: Targets.map(({ Input }) => Input) };
        },
      ),
    );
    expect(scheduled).toContainEqual({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      inputs: ['{"task":"reconcile"}'],
    });
  });

  const denyPolicy = () => ({
    PolicyArn: `arn:aws:iam::${twin.endpoints.accountId}:policy/stepkey/stepkey-revocations`,
  });
  const groupsOf = async (username: string): Promise<readonly string[]> => {
    const { Groups } = (await admin('AdminListGroupsForUser', { Username: username })) as {
      Groups: { GroupName: string }[];
    };
    return Groups.map(({ GroupName }) => GroupName);
  };
});
