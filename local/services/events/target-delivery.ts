/** Brings a payload to a function, by its own policy, or to a state machine, by the target's role. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import type { AwsCall, Principal } from '../../aws.ts';
import type { Deliver } from './deliveries.ts';

const eventsService = 'events.amazonaws.com';

export interface TargetDeliveryDependencies {
  readonly call: AwsCall;
  /** @throws AwsError when the function is not there, or its policy does not let EventBridge in */
  readonly invokeFunction: (
    source: { readonly service: string; readonly arn: string },
    functionArn: string,
    payload: string,
  ) => Promise<{ readonly outcome: 'answered' | 'failed' }>;
  /** @throws AwsError when EventBridge may not assume the role */
  readonly principalOfRole: (
    roleArn: string,
    sessionName: string,
    acting: { readonly service: typeof eventsService; readonly sourceArn: string },
  ) => Promise<Principal>;
}

/** A function that throws is tried again, as Lambda does with what it was given asynchronously. */
export const createTargetDelivery =
  ({ call, invokeFunction, principalOfRole }: TargetDeliveryDependencies): Deliver =>
  async ({ eventId, ruleArn, target, payload }) => {
    if (target.Arn.split(':')[2] === 'lambda') {
      const source = { service: eventsService, arn: ruleArn };
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
