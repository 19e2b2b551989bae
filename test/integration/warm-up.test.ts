import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../local/aws.ts';
import type { Twin } from '../../local/twin.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { callApi } from '../support/twin/api.ts';
import { runMachine, sealerOf } from '../support/twin/machine.ts';
import { signIn } from '../support/twin/people.ts';
import { failureOf, stepsOf } from '../support/twin/steps.ts';

interface Invocation {
  readonly functionName: string;
  readonly type: unknown;
  readonly event: Readonly<Record<string, unknown>>;
}

const exchange = 'stepkey-exchange';

describe('the warm-up of exchange, on the twin', () => {
  let twin: Twin;
  let seal: (token: string) => Promise<string>;
  const invocations: Invocation[] = [];
  /** What the function asks of AWS; AssumeRoleWithWebIdentity is nobody's, as it is unsigned. */
  const calls: string[] = [];
  let failure: AwsError | null = null;

  beforeAll(async () => {
    twin = await startDemoTwin({
      interceptor: ({ service, operation, input, principal }) => {
        const isOfExchange = principal.arn.endsWith(`/${exchange}`) || service === 'sts';
        if (isOfExchange) calls.push(`${service} ${operation}`);
        if (service !== 'lambda' || operation !== 'Invoke') return;
        const event = JSON.parse(String(input['Payload'])) as Invocation['event'];
        const functionName = String(input['FunctionName']).replace(/^.*:/, '');
        invocations.push({ functionName, type: input['InvocationType'], event });
        if (failure !== null && event['task'] === 'warm-up') throw failure;
      },
    });
    const sealer = await sealerOf(twin);
    seal = (token) => sealer.seal('caller-token', '-', token);
  });
  beforeEach(() => {
    invocations.length = 0;
    failure = null;
  });
  afterAll(async () => {
    await twin.stop();
  });

  const warmUp = { functionName: exchange, type: 'Event', event: { task: 'warm-up' } };
  const warmUps = () => invocations.filter(({ event }) => event['task'] === 'warm-up');
  const ask = async (person: string, body: object) =>
    callApi(twin, 'POST', '/v1/credentials', {
      token: (await signIn(twin, person)).idToken,
      body,
    });

  it('is asked for before decide is asked anything, at the first miss of a process', async () => {
    expect((await ask('alice', {})).body).toMatchObject({ source: 'minted' });
    expect(invocations[0]).toEqual(warmUp);
    expect(invocations[1]).toMatchObject({
      functionName: 'stepkey-decide',
      event: { task: 'validate-token' },
    });
    expect(warmUps()).toHaveLength(1);
  });

  it('is not asked for at the next miss, and again after five quiet minutes', async () => {
    expect((await ask('bob', { grant: 'own-files' })).body).toMatchObject({ source: 'minted' });
    expect(warmUps()).toEqual([]);
    invocations.length = 0;
    await twin.setClockAhead(301_000);
    expect((await ask('bob', { grant: 'team-read' })).body).toMatchObject({ source: 'minted' });
    expect(invocations[0]).toEqual(warmUp);
    await twin.setClockAhead(0);
  });

  it.each(['TooManyRequestsException', 'ServiceException', 'AccessDeniedException'])(
    'holds up nothing where it ends in %s',
    async (code) => {
      failure = new AwsError(code, 'no');
      const { idToken } = await signIn(twin, 'alice');
      const sealedToken = await seal(idToken);
      const { output } = await runMachine(twin, {
        sealedToken,
        isAfterIdle: true,
        // Longer than the session that is there has left.
        refreshAheadSeconds: 3600,
      });
      expect(output).toMatchObject({ outcome: 'issued', source: 'minted' });
      expect(warmUps()).toHaveLength(1);
      expect((await stepsOf(twin)).slice(0, 3)).toEqual([
        'IsAfterIdle',
        'WarmExchange',
        'ValidateToken',
      ]);
    },
  );

  it('takes nothing from a refusal', async () => {
    const sealedToken = await seal('garbage');
    const { error } = await runMachine(twin, { sealedToken, isAfterIdle: true });
    expect(error).toBe('Token.Invalid');
    expect(await failureOf(twin)).toBe('Token.Invalid');
  });

  it('calls nothing of AWS and answers nothing, also with all that a mint takes in its event', async () => {
    const { idToken } = await signIn(twin, 'alice');
    const sealedToken = await seal(idToken);
    calls.length = 0;
    await runMachine(twin, { sealedToken, refreshAheadSeconds: 3600 });
    const minting = invocations.filter(({ functionName }) => functionName === exchange);
    // As sets: a second that was over before its call is paid for again.
    expect(new Set(minting.map(({ event }) => event['task']))).toEqual(
      new Set(['obtain-open-id-token', 'assume-mapped-role']),
    );
    // Without that word, these events are a mint.
    expect(calls).toEqual(
      expect.arrayContaining([
        'cognito-identity GetOpenIdTokenForDeveloperIdentity',
        'sts AssumeRoleWithWebIdentity',
      ]),
    );
    for (const { event } of [{ event: {} }, ...minting]) {
      calls.length = 0;
      const answer = await twin.call('lambda', 'Invoke', {
        FunctionName: exchange,
        Payload: JSON.stringify({ ...event, task: 'warm-up' }),
      });
      expect([answer['FunctionError'], answer['Payload']]).toEqual([undefined, 'null']);
      expect(calls).toEqual([]);
    }
  });
});
