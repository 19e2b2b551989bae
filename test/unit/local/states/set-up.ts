/** The service of the twin with doubles round it, in virtual time. */
import { AwsError } from '../../../../local/aws.ts';
import type { AwsCall, CallContext, Principal } from '../../../../local/aws.ts';
import type { InvokeFunction } from '../../../../local/services/states/lambda-task.ts';
import { createStatesService } from '../../../../local/services/states/service.ts';
import type { StatesService } from '../../../../local/services/states/service.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { virtualTimers } from '../asl/virtual-timers.ts';
import type { VirtualTimers } from '../asl/virtual-timers.ts';

const principal = (arn: string): Principal => ({
  kind: 'role-session',
  arn,
  accountId: '123456789012',
  userId: 'AROA:session',
  identityPolicies: [],
  permissionsBoundary: null,
  sessionPolicies: [],
  conditionKeys: {},
});

export const context: CallContext = {
  principal: principal('arn:aws:sts::123456789012:assumed-role/api/session'),
  requestId: 'request',
  sourceIp: '127.0.0.1',
};

export const roleArn = 'arn:aws:iam::123456789012:role/machine';
export const machineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:issue';

const unused = (): never => {
  throw new TypeError('Not expected in this test');
};

interface Overrides {
  readonly call?: AwsCall;
  readonly invokeFunction?: InvokeFunction;
  readonly store?: ReturnType<typeof memoryStore>;
  readonly timers?: VirtualTimers;
  readonly pause?: (stateName: string, when: 'enter' | 'exit', name: string) => Promise<void>;
}

interface Logged {
  readonly group: string;
  readonly stream: string;
  readonly message: Record<string, unknown>;
}

export const setUp = async (overrides: Overrides = {}) => {
  const timers = overrides.timers ?? virtualTimers();
  const logged: Logged[] = [];
  const service = await createStatesService({
    store: overrides.store ?? memoryStore(),
    timers,
    call: overrides.call ?? unused,
    invokeFunction: overrides.invokeFunction ?? unused,
    principalOfRole: (arn, sessionName) =>
      Promise.resolve(principal(`${arn.replace(':role/', ':assumed-role/')}/${sessionName}`)),
    mayDo: () => true,
    writeLog: (group, stream, _timestampMillis, message) =>
      logged.push({ group, stream, message: JSON.parse(message) as Record<string, unknown> }),
    ...(overrides.pause !== undefined && { pause: overrides.pause }),
  });
  const run = async (operation: string, input: Record<string, unknown>) => {
    const answer = service.operations[operation]?.run(input, context);
    if (answer === undefined) throw new TypeError(`No operation ${operation}`);
    return timers.until(answer);
  };
  return { service, timers, logged, run };
};

export const definition = (
  states: Record<string, unknown>,
  rest: Record<string, unknown> = {},
): string =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: Object.keys(states)[0],
    States: states,
    ...rest,
  });

export const echo = definition({
  Echo: { Type: 'Succeed', Output: { got: '{% $states.input %}' } },
});

export const put = (service: StatesService, text: string, changes: Record<string, unknown> = {}) =>
  service.putStateMachine({
    name: 'issue',
    type: 'EXPRESS',
    definition: text,
    roleArn,
    logging: null,
    kmsKeyArn: null,
    ...changes,
  });

export const refusal = async (promise: Promise<unknown>): Promise<AwsError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new TypeError('It was not refused');
};
