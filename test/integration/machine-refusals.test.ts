import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IssueInput } from '../../core/contracts/issue.ts';
import type { SealingPurpose, Sealer } from '../../core/ports.ts';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi } from '../support/twin/api.ts';
import { runMachine, sealerOf } from '../support/twin/machine.ts';
import { signIn, type Tokens } from '../support/twin/people.ts';
import { stepsOf } from '../support/twin/steps.ts';

describe('the machine itself, past the front', () => {
  let twin: Twin;
  let sealer: Sealer;
  let people: Record<'alice' | 'bob' | 'carol' | 'frank', Tokens>;
  const upstream: string[] = [];

  beforeAll(async () => {
    twin = await startDemoTwin({
      interceptor: ({ service, operation }) => {
        if (service === 'cognito-identity' || service === 'sts') upstream.push(operation);
      },
    });
    sealer = await sealerOf(twin);
    const [alice, bob, carol, frank] = await Promise.all([
      signIn(twin, 'alice'),
      signIn(twin, 'bob'),
      signIn(twin, 'carol'),
      signIn(twin, 'frank'),
    ]);
    people = { alice, bob, carol, frank };
  });
  afterAll(async () => {
    await twin.stop();
  });

  const dynamodb = (operation: string, input: Record<string, unknown>) =>
    twin.call('dynamodb', operation, { TableName: twin.endpoints.table, ...input });
  const put = (item: Record<string, unknown>) => dynamodb('PutItem', { Item: item });
  const denialOf = async (name: string) =>
    (await dynamodb('GetItem', { Key: { pk: { S: `DENIAL#${name}` }, sk: { S: 'DENIAL' } } }))[
      'Item'
    ];
  const run = async (
    token: string,
    input: Partial<IssueInput> = {},
    purpose: SealingPurpose = 'caller-token',
  ) => runMachine(twin, { sealedToken: await sealer.seal(purpose, '-', token), ...input });

  const refusedIn = (...states: string[]) => [
    'IsAfterIdle',
    ...states,
    'IsDenial',
    'ExplainDenial',
    'RecordDenial',
    'Denied',
  ];

  it.each<[string, () => ReturnType<typeof run>, string, string[]]>([
    ['garbage', () => run('garbage'), 'Token.Invalid', ['ValidateToken']],
    [
      'a token with another signature',
      () => run(`${people.alice.idToken.slice(0, -8)}AAAAAAAA`),
      'Token.Invalid',
      ['ValidateToken'],
    ],
    [
      'an access token at the ID door',
      () => run(people.alice.accessToken),
      'Token.Invalid',
      ['ValidateToken'],
    ],
    [
      'a person without a grant',
      () => run(people.frank.idToken),
      'Grant.Refused',
      ['ValidateToken', 'IsActing', 'MapRole'],
    ],
    [
      'a grant that the front might have invented',
      () => run(people.alice.idToken, { grant: 'team-read' }),
      'Grant.Refused',
      ['ValidateToken', 'IsActing', 'MapRole'],
    ],
    [
      'several grants',
      () => run(people.bob.idToken),
      'Grant.Ambiguous',
      ['ValidateToken', 'IsActing', 'MapRole'],
    ],
    [
      'several roles',
      () => run(people.carol.idToken),
      'Role.Ambiguous',
      ['ValidateToken', 'IsActing', 'MapRole'],
    ],
    [
      'a role outside the list',
      () =>
        run(people.carol.idToken, {
          roleArn: `arn:aws:iam::${twin.endpoints.accountId}:role/stepkey/stepkey-own-files`,
        }),
      'Role.NotMapped',
      ['ValidateToken', 'IsActing', 'MapRole'],
    ],
  ])(
    'refuses %s by itself, with one denial and no upstream call [SEC-02]',
    async (_, ask, error, states) => {
      const outcome = await ask();
      expect(outcome.error).toBe(error);
      expect(await stepsOf(twin)).toEqual(refusedIn(...states));
      const denial = await denialOf(outcome.name);
      expect(denial).toMatchObject({ error: { S: error } });
      // A token that says nothing asks no grant; of all others the record has every rule that was tried.
      expect((denial as { basis: { S: string } }).basis.S).toMatch(
        error === 'Token.Invalid' ? /^-$/ : /^\{"rule":.*"tried":\[\{"grant":/,
      );
      expect(upstream).toEqual([]);
    },
  );

  it('does not open a token that was sealed for something else, and calls that a failure of ours', async () => {
    const outcome = await run(people.alice.idToken, {}, 'openid-token');
    expect(outcome.error).toBe('Sealing.Failed');
    expect(await stepsOf(twin)).toEqual(['IsAfterIdle', 'ValidateToken', 'IsDenial', 'Failed']);
  });

  it.each([
    ['the subject', (subject: string) => ({ pk: `SUBJECT#${subject}`, sk: 'SUBJECT' })],
    ['the client', () => ({ pk: 'CLIENT#cli', sk: 'REVOCATION' })],
    ['the grant', () => ({ pk: 'GRANT#own-files', sk: 'REVOCATION' })],
    ['everything', () => ({ pk: 'EVERYTHING', sk: 'REVOCATION' })],
  ])(
    'refuses while issuing for %s is suspended, and so does the front [SEC-03]',
    async (_, keyOf) => {
      const { body } = await callApi(twin, 'POST', '/v1/decisions', {
        token: people.alice.idToken,
      });
      const { pk, sk } = keyOf(String(body['subject']));
      const key = { pk: { S: pk }, sk: { S: sk } };
      await put({ ...key, epoch: { N: '1' }, suspended: { N: '2' } });
      const outcome = await run(people.alice.idToken);
      expect(outcome.error).toBe('Subject.Revoked');
      expect(await stepsOf(twin)).toEqual(
        refusedIn(
          'ValidateToken',
          'IsActing',
          'MapRole',
          'ResolveIdentity',
          'WeighRevocation',
          'IsAllowed',
        ),
      );
      const front = await callApi(twin, 'POST', '/v1/credentials', { token: people.alice.idToken });
      expect(front.status).toBe(403);
      expect(upstream).toEqual([]);
      await dynamodb('DeleteItem', { Key: key });
    },
  );

  it('refuses a sign-in that is not later than the cut-off [SEC-03]', async () => {
    const key = { pk: { S: 'EVERYTHING' }, sk: { S: 'REVOCATION' } };
    const later = String(Math.floor(Date.now() / 1000) + 60);
    await put({ ...key, epoch: { N: '1' }, revokedBeforeEpochSeconds: { N: later } });
    expect((await run(people.alice.idToken)).error).toBe('Subject.Revoked');
    await dynamodb('DeleteItem', { Key: key });
  });

  it('ends when the budget of the second is spent, and gives the lease back', async () => {
    const now = Math.floor(Date.now() / 1000);
    const seconds = Array.from({ length: 30 }, (_, index) => String(now + index));
    const keyOf = (second: string) => ({
      pk: { S: 'QUOTA#calls' },
      sk: { S: second },
    });
    for (const second of seconds) await put({ ...keyOf(second), developerIdentity: { N: '50' } });
    const outcome = await run(people.alice.idToken);
    expect(outcome.error).toBe('Quota.Exhausted');
    expect((await stepsOf(twin)).slice(-5)).toEqual([
      'IsLaterSecondOpen',
      'IsIntentRecorded',
      'ReleaseLease',
      'IsDenial',
      'Failed',
    ]);
    expect(upstream).toEqual([]);
    for (const second of seconds) await dynamodb('DeleteItem', { Key: keyOf(second) });
    const { output } = await run(people.alice.idToken);
    expect(output).toMatchObject({ outcome: 'issued', source: 'minted' });
  });

  it('ends at once as in-progress while another holds the lease', async () => {
    const { Items } = (await dynamodb('Scan', {})) as { Items: Record<string, { S: string }>[] };
    const entry = Items.find(({ sk }) => sk?.S.startsWith('ENTRY#'));
    await put({
      pk: entry?.['pk'],
      sk: entry?.['sk'],
      leaseOwner: { S: 'another-execution' },
      leaseUntilEpochMillis: { N: String(Date.now() + 20_000) },
    });
    const { output } = await run(people.alice.idToken);
    expect(output).toEqual({ outcome: 'in-progress' });
    expect((await stepsOf(twin)).at(-1)).toBe('InProgress');
  });
});
