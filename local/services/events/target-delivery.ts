/** Brings a payload to a function or a queue, by its own policy, or to a state machine, by the target's role. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import type { AwsCall, Principal } from '../../aws.ts';
import type { DeadLetter, Deliver } from './deliveries.ts';

const eventsService = 'events.amazonaws.com';

export interface TargetDeliveryDependencies {
  readonly call: AwsCall;
  /** @throws AwsError when the function is not there, or its policy does not let EventBridge in */
  readonly invokeFunction: (
    source: { readonly service: string; readonly arn: string },
    functionArn: string,
    payload: string,
  ) => Promise<{ readonly outcome: 'answered' | 'failed' }>;
  /** @throws AwsError when the queue is not there, or its policy does not let EventBridge in */
  readonly sendToQueue: (
    source: { readonly service: string; readonly arn: string },
    queueArn: string,
    body: string,
    attributes?: Readonly<
      Record<string, { readonly DataType: 'String'; readonly StringValue: string }>
    >,
  ) => Promise<void>;
  /** @throws AwsError when EventBridge may not assume the role */
  readonly principalOfRole: (
    roleArn: string,
    sessionName: string,
    acting: { readonly service: typeof eventsService; readonly sourceArn: string },
  ) => Promise<Principal>;
}

/** A function that throws is tried again, as Lambda does with what it was given asynchronously. */
export const createTargetDelivery =
  ({ call, invokeFunction, sendToQueue, principalOfRole }: TargetDeliveryDependencies): Deliver =>
  async ({ eventId, ruleArn, target, payload }) => {
    const source = { service: eventsService, arn: ruleArn };
    const service = target.Arn.split(':')[2];
    if (service === 'sqs') {
      await sendToQueue(source, target.Arn, payload);
      return;
    }
    if (service === 'lambda') {
      const { outcome } = await invokeFunction(source, target.Arn, payload);
      if (outcome === 'failed')
        throw new AwsError('FunctionError', `${target.Arn} failed`, { statusCode: 500 });
      return;
    }
    const principal = await principalOfRole(target.RoleArn ?? '', eventId.replaceAll('-', ''), {
      service: eventsService,
      sourceArn: ruleArn,
    });
    await call(
      'states',
      'StartExecution',
      {
        stateMachineArn: target.Arn,
        name: `${eventId}_${randomUUID()}`,
        input: payload,
      },
      { principal, requestId: randomUUID(), sourceIp: eventsService },
    );
  };

/** What was not delivered goes to the target's dead-letter queue, where it has one, as AWS describes it there. */
export const createDeadLetters =
  ({ sendToQueue }: Pick<TargetDeliveryDependencies, 'sendToQueue'>) =>
  async (letter: DeadLetter): Promise<void> => {
    const { delivery, attempts, errorCode, errorMessage, exhaustedRetryCondition } = letter;
    const queueArn = delivery.target.DeadLetterConfig?.Arn;
    if (queueArn === undefined) return;
    const described = {
      RULE_ARN: delivery.ruleArn,
      TARGET_ARN: delivery.target.Arn,
      ERROR_CODE: errorCode,
      ERROR_MESSAGE: errorMessage,
      RETRY_ATTEMPTS: String(attempts - 1),
      ...(exhaustedRetryCondition === null
        ? {}
        : { EXHAUSTED_RETRY_CONDITION: exhaustedRetryCondition }),
    };
    const attributes = Object.entries(described).map(
      ([name, StringValue]) => [name, { DataType: 'String', StringValue }] as const,
    );
    await sendToQueue(
      { service: eventsService, arn: delivery.ruleArn },
      queueArn,
      delivery.payload,
      Object.fromEntries(attributes),
    );
  };
