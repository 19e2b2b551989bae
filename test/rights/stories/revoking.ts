import { expect } from '@jest/globals';
import { emptyDenyPolicy } from '../../../core/revocations/deny-policy.ts';
import { callApi } from '../../support/twin/api.ts';
import { listWith } from '../../support/twin/use-files.ts';
import type { WireCredentials } from '../../support/twin/use-files.ts';
import type { Stage, Stories } from '../story.ts';

const functionName = 'stepkey-revoke';
const owners = [
  'function stepkey-revocations',
  'function stepkey-revoke',
  'machine stepkey-revoke',
] as const;

const policyArnOf = ({ twin }: Stage): string =>
  `arn:aws:iam::${twin.endpoints.accountId}:policy/stepkey/stepkey-revocations`;

/** Without what is written at run time, as other stories expect it: executions wait for hours, denials stay in IAM. */
const cleanUp = async (stage: Stage): Promise<void> => {
  const { admin, twin } = stage;
  const { executions } = await admin('states', 'ListExecutions', {
    stateMachineArn: twin.endpoints.stateMachines['revoke'],
    statusFilter: 'RUNNING',
  });
  for (const { executionArn } of executions as { readonly executionArn: string }[])
    await admin('states', 'StopExecution', { executionArn });
  const PolicyArn = policyArnOf(stage);
  const { Versions } = await admin('iam', 'ListPolicyVersions', { PolicyArn });
  for (const { VersionId, IsDefaultVersion } of Versions as Record<string, unknown>[])
    if (IsDefaultVersion !== true)
      await admin('iam', 'DeletePolicyVersion', { PolicyArn, VersionId });
  const PolicyDocument = emptyDenyPolicy();
  await admin('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
};

const withRevocations =
  (tell: (stage: Stage) => Promise<void>) =>
  async (stage: Stage): Promise<void> => {
    // Their rights are needed, whoever's name the calls bear.
    owners.forEach(stage.as);
    try {
      await tell(stage);
    } finally {
      await cleanUp(stage);
    }
  };

const handOut = async ({ twin, people }: Stage) => {
  const ask = () => callApi(twin, 'POST', '/v1/credentials', { token: people.alice.idToken });
  const { status, body } = await ask();
  expect(status).toBe(200);
  const { credentials, identityId, subject } = body as {
    readonly credentials: WireCredentials;
    readonly identityId: string;
    readonly subject: string;
  };
  const list = () => listWith(twin, credentials, `private/${identityId}/`);
  return { ask, list, subject };
};

/** Once they are settled, so that nothing of them comes to pass in another story. */
const revocationsIn = async ({ rows }: Stage): Promise<readonly (string | undefined)[]> => {
  const ids = (await rows('REVOCATIONS')).map(
    ({ sk }) => String(sk?.['S']).split('#').at(-1) ?? '',
  );
  const records = await Promise.all(ids.map((id) => rows(`REVOCATION#${id}`)));
  return records.map(([record]) => record?.['status']?.['S']);
};

/** As the schedule does, with the permission that its rule has. */
const reconcile = async ({ twin }: Stage): Promise<Record<string, unknown>> => {
  const rule = twin.stacks.resources.find(
    ({ type, logicalId }) => type === 'AWS::Events::Rule' && logicalId.includes('Reconciliation'),
  );
  const arn = rule && twin.stacks.resource(rule.stackName, rule.logicalId)?.attributes['Arn'];
  const { outcome, payload } = await twin.services.lambda.invokeFrom(
    { service: 'events.amazonaws.com', arn: String(arn) },
    functionName,
    JSON.stringify({ task: 'reconcile' }),
  );
  expect(outcome).toBe('answered');
  return JSON.parse(payload) as Record<string, unknown>;
};

const policyText = async (stage: Stage): Promise<string> => {
  const PolicyArn = policyArnOf(stage);
  const { Policy } = await stage.admin('iam', 'GetPolicy', { PolicyArn });
  const { DefaultVersionId: VersionId } = Policy as { readonly DefaultVersionId: string };
  const found = await stage.admin('iam', 'GetPolicyVersion', { PolicyArn, VersionId });
  return decodeURIComponent((found['PolicyVersion'] as { readonly Document: string }).Document);
};

export const revoking: Stories = [
  {
    title: 'what is revoked is refused by the broker and denied by AWS, until it is restored',
    tell: withRevocations(async (stage) => {
      const { ask, list, subject } = await handOut(stage);
      const call = (method: string, path: string, body?: object) =>
        callApi(stage.twin, method, path, {
          token: stage.people.oscar.accessToken,
          ...(body !== undefined && { body }),
        });
      const { status, body } = await call('POST', '/v1/revocations', {
        target: { subject },
        reason: 'a story',
      });
      expect(status).toBe(202);
      const path = `/v1/revocations/${String(body['revocationId'])}`;
      const statusOf = async () => (await call('GET', path)).body['status'];
      expect(await stage.until(statusOf, (now) => now === 'in-force' || now === 'failed')).toBe(
        'in-force',
      );
      expect((await call('GET', path)).body['done']).toMatchObject({ entriesPurged: 1 });
      expect((await ask()).status).toBe(403);
      expect(await list()).toBe('AccessDenied');
      expect((await call('GET', '/v1/revocations')).body['revocations']).toHaveLength(1);

      expect((await call('DELETE', path)).status).toBe(202);
      expect(await stage.until(statusOf, (now) => now === 'restored' || now === 'failed')).toBe(
        'restored',
      );
      expect((await ask()).status).toBe(200);
      expect(await list()).toBe('ok');
    }),
  },
  {
    title: 'who is signed out everywhere at the user pool is revoked without anybody asking',
    tell: withRevocations(async (stage) => {
      const { userPoolId: UserPoolId } = stage.twin.endpoints;
      await stage.admin('cognito-idp', 'AdminUserGlobalSignOut', { UserPoolId, Username: 'dave' });
      const isSettled = (found: unknown) => /IN_FORCE|FAILED/.test(String(found));
      expect(await stage.until(() => revocationsIn(stage), isSettled)).toEqual(['IN_FORCE']);
    }),
  },
  {
    title:
      'the schedule looks after who has a session, and mends a policy that somebody else wrote',
    tell: withRevocations(async (stage) => {
      await handOut(stage);
      expect(await reconcile(stage)).toMatchObject({ subjects: 1, revocationIds: [] });
      const ours = await policyText(stage);
      const PolicyDocument = ours.replace('1970', '1971');
      expect(PolicyDocument).not.toBe(ours);
      const PolicyArn = policyArnOf(stage);
      await stage.admin('iam', 'CreatePolicyVersion', {
        PolicyArn,
        PolicyDocument,
        SetAsDefault: true,
      });
      await reconcile(stage);
      expect(await policyText(stage)).toBe(ours);
    }),
  },
  {
    title: 'function stepkey-revoke writes the one policy and no other',
    tell: withRevocations(async (stage) => {
      const revoke = stage.as('function stepkey-revoke');
      const PolicyDocument = emptyDenyPolicy();
      for (const name of ['stepkey-boundary', 'another']) {
        const PolicyArn = policyArnOf(stage).replace('stepkey-revocations', name);
        await stage.refused(revoke('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument }));
        await stage.refused(revoke('iam', 'GetPolicy', { PolicyArn }));
      }
    }),
  },
];
