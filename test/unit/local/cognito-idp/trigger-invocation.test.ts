import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../local/aws.ts';
import { createTriggerInvocation } from '../../../../local/services/cognito-idp/trigger-invocation.ts';

const arn = 'arn:aws:lambda:us-east-1:123456789012:function:pre-token';
type Answer = Awaited<
  ReturnType<Parameters<typeof createTriggerInvocation>[0]['invokeFrom']>
> | null;

/** A function whose n-th answer is the n-th given; null never comes, and time passes at once while it is awaited. */
const trigger = (...answers: readonly (Answer | Error)[]) => {
  const invocations: unknown[][] = [];
  const waits: number[] = [];
  const invoke = createTriggerInvocation({
    poolArn: (id) => `arn:pool/${id}`,
    invokeFrom: (...parameters) => {
      invocations.push(parameters);
      const answer = answers[invocations.length - 1] ?? null;
      if (answer instanceof Error) return Promise.reject(answer);
      return answer === null ? new Promise(() => undefined) : Promise.resolve(answer);
    },
    schedule: (millis, action) => {
      waits.push(millis);
      if ((answers[invocations.length - 1] ?? null) === null) action();
      return () => undefined;
    },
  });
  return { invocations, waits, run: () => invoke({ userPoolId: 'pool-1' }, arn) };
};
const answered: Answer = { outcome: 'answered', payload: '{"response":{}}' };

describe('the invocation of a trigger', () => {
  it('comes from the pool, and gives what the function answers', async () => {
    const { invocations, waits, run } = trigger(answered);
    expect(await run()).toEqual({ response: {} });
    expect(invocations).toEqual([
      [
        { service: 'cognito-idp.amazonaws.com', arn: 'arn:pool/pool-1' },
        arn,
        '{"userPoolId":"pool-1"}',
      ],
    ]);
    expect(waits).toEqual([5000]);
  });

  it('is repeated when no answer comes in time', async () => {
    const { invocations, run } = trigger(null, null, answered);
    expect(await run()).toEqual({ response: {} });
    expect(invocations).toHaveLength(3);
  });

  it('is given up after three attempts', async () => {
    const { invocations, run } = trigger(null, null, null, answered);
    await expect(run()).rejects.toMatchObject({
      code: 'UnexpectedLambdaException',
      message:
        'PreTokenGeneration invocation failed due to error Socket timeout while invoking Lambda function.',
    });
    expect(invocations).toHaveLength(3);
  });

  it('is not repeated when the function fails, whose words are passed on', async () => {
    const { invocations, run } = trigger(
      { outcome: 'failed', payload: '{"errorType":"Error","errorMessage":"Not today"}' },
      answered,
    );
    await expect(run()).rejects.toMatchObject({ name: 'Error', message: 'Not today' });
    expect(invocations).toHaveLength(1);
  });

  it.each(['AccessDeniedException', 'ResourceNotFoundException'])(
    'fails alike where the function may not be invoked and where it is gone: %s',
    async (code) => {
      const { run } = trigger(new AwsError(code, 'No.'));
      await expect(run()).rejects.toMatchObject({
        code: 'UnexpectedLambdaException',
        message: 'PreTokenGeneration invocation failed due to error AccessDeniedException.',
      });
    },
  );
});
