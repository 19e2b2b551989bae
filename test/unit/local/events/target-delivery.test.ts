import { describe, expect, it } from '@jest/globals';
import type { CallContext, Principal } from '../../../../local/aws.ts';
import type { Delivery } from '../../../../local/services/events/model.ts';
import {
  createDeadLetters,
  createTargetDelivery,
} from '../../../../local/services/events/target-delivery.ts';
import { functionArn } from './support.ts';

const machineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:audit';
const queueArn = 'arn:aws:sqs:us-east-1:123456789012:letters';
const roleArn = 'arn:aws:iam::123456789012:role/events';
const delivery = (Arn: string): Delivery => ({
  eventId: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  ruleArn: 'arn:aws:events:us-east-1:123456789012:rule/r',
  target: { Id: 't', Arn, RoleArn: roleArn },
  payload: '{"n":1}',
  acceptedAtEpochMillis: 0,
});
const principal: Principal = {
  kind: 'role-session',
  arn: 'arn:aws:sts::123456789012:assumed-role/events/session',
  accountId: '123456789012',
  userId: 'AROA:session',
  identityPolicies: [],
  permissionsBoundary: null,
  sessionPolicies: [],
  conditionKeys: {},
};

const start = (outcome: 'answered' | 'failed' = 'answered') => {
  const invoked: unknown[] = [];
  const assumed: unknown[] = [];
  const sent: unknown[] = [];
  const called: { operation: string; input: Record<string, unknown>; context: CallContext }[] = [];
  const deliver = createTargetDelivery({
    invokeFunction: (...given) => {
      invoked.push(given);
      return Promise.resolve({ outcome });
    },
    sendToQueue: (...given) => {
      sent.push(given);
      return Promise.resolve();
    },
    principalOfRole: (...given) => {
      assumed.push(given);
      return Promise.resolve(principal);
    },
    call: (service, operation, input, context) => {
      called.push({ operation: `${service}:${operation}`, input, context });
      return Promise.resolve({});
    },
  });
  return { deliver, invoked, assumed, called, sent };
};

describe('delivery to a target', () => {
  it('invokes a function as EventBridge, for the rule', async () => {
    const { deliver, invoked, called } = start();
    await deliver(delivery(functionArn));
    expect(invoked).toEqual([
      [{ service: 'events.amazonaws.com', arn: delivery('').ruleArn }, functionArn, '{"n":1}'],
    ]);
    expect(called).toEqual([]);
  });

  it('has failed when the function threw', async () => {
    const { deliver } = start('failed');
    await expect(deliver(delivery(functionArn))).rejects.toMatchObject({
      code: 'FunctionError',
      statusCode: 500,
    });
  });

  it('sends to a queue as EventBridge, for the rule', async () => {
    const { deliver, sent, called, invoked } = start();
    await deliver(delivery(queueArn));
    expect(sent).toEqual([
      [{ service: 'events.amazonaws.com', arn: delivery('').ruleArn }, queueArn, '{"n":1}'],
    ]);
    expect([called, invoked]).toEqual([[], []]);
  });

  it('starts a machine with the rights of the target’s role', async () => {
    const { deliver, assumed, called, invoked } = start();
    await deliver(delivery(machineArn));
    expect(assumed).toMatchObject([
      [
        roleArn,
        '6a7e8febb4914cf7a9f1bf3703467718',
        { service: 'events.amazonaws.com', sourceArn: delivery('').ruleArn },
      ],
    ]);
    expect(called).toMatchObject([
      {
        operation: 'states:StartExecution',
        input: { stateMachineArn: machineArn, input: '{"n":1}' },
        context: { principal },
      },
    ]);
    expect(String(called[0]?.input['name'])).toMatch(/^6a7e8feb-[\w-]{1,70}$/u);
    expect(invoked).toEqual([]);
  });
});

describe('a dead letter', () => {
  const letter = (deadLetterArn?: string) => ({
    delivery: {
      ...delivery(functionArn),
      target: { Id: 't', Arn: functionArn, DeadLetterConfig: { Arn: deadLetterArn } },
    },
    attempts: 4,
    errorCode: 'FunctionError',
    errorMessage: 'failed',
    exhaustedRetryCondition: 'MaximumRetryAttempts' as const,
  });
  const bury = async (deadLetterArn?: string) => {
    const sent: unknown[] = [];
    const sendToQueue = (...given: readonly unknown[]): Promise<void> => {
      sent.push(given);
      return Promise.resolve();
    };
    await createDeadLetters({ sendToQueue })(letter(deadLetterArn));
    return sent;
  };

  it('is the event, with what became of it in attributes', async () => {
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    expect(await bury(queueArn)).toEqual([
      [
        { service: 'events.amazonaws.com', arn: delivery('').ruleArn },
        queueArn,
        '{"n":1}',
        {
          RULE_ARN: text(delivery('').ruleArn),
          TARGET_ARN: text(functionArn),
          ERROR_CODE: text('FunctionError'),
          ERROR_MESSAGE: text('failed'),
          RETRY_ATTEMPTS: text('3'),
          EXHAUSTED_RETRY_CONDITION: text('MaximumRetryAttempts'),
        },
      ],
    ]);
  });

  it('goes nowhere where the target has no queue for it', async () => {
    expect(await bury()).toEqual([]);
  });
});
