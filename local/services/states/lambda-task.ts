/** `arn:aws:states:::lambda:invoke` */
import { AslError } from '../../asl/errors.ts';
import { AwsError } from '../../aws.ts';
import type { TaskRequest } from '../../asl/execution.ts';
import type { AwsCall, CallContext, Principal } from '../../aws.ts';

interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** @throws AwsError when the function cannot be invoked: throttled, unknown, not allowed */
export type InvokeFunction = (
  functionArn: string,
  payload: unknown,
  options: {
    readonly principal: Principal;
    readonly signal: TaskRequest['signal'];
    /** As Invoke takes it; absent where the answer is waited for. */
    readonly invocationType?: string;
  },
) => Promise<{ readonly payload: unknown } | { readonly functionError: FunctionError }>;

/** Invokes through the Lambda service's own Invoke, which checks the principal's permission. */
export const invokeByCall =
  (call: AwsCall, contextOf: (principal: Principal) => CallContext): InvokeFunction =>
  async (functionArn, payload, { principal, invocationType }) => {
    const answer = await call(
      'lambda',
      'Invoke',
      {
        FunctionName: functionArn,
        Payload: JSON.stringify(payload),
        ...(invocationType === undefined ? {} : { InvocationType: invocationType }),
      },
      contextOf(principal),
    );
    const given = answer['Payload'];
    const parsed: unknown = typeof given === 'string' && given !== '' ? JSON.parse(given) : null;
    return answer['FunctionError'] === undefined
      ? { payload: parsed }
      : { functionError: parsed as FunctionError };
  };

/** The SDK's exceptions that Step Functions passes on by their own name; the rest are AWSLambdaException. */
const passedOn: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'ServiceException',
  'TooManyRequestsException',
]);

const errorName = (error: AwsError): string =>
  `Lambda.${passedOn.has(error.code) ? error.code : 'AWSLambdaException'}`;

/** @throws AslError: the function's own error type, or `Lambda.…` when it could not be invoked */
export const runLambdaTask = async (
  parameters: Readonly<Record<string, unknown>>,
  invoke: InvokeFunction,
  options: { readonly principal: Principal; readonly signal: TaskRequest['signal'] },
): Promise<unknown> => {
  const name = parameters['FunctionName'];
  if (typeof name !== 'string') {
    throw new AslError('States.Runtime', "The argument 'FunctionName' must be a text.");
  }
  const { InvocationType: type } = parameters;
  let answer: Awaited<ReturnType<InvokeFunction>>;
  try {
    answer = await invoke(name, parameters['Payload'] ?? {}, {
      ...options,
      ...(typeof type === 'string' ? { invocationType: type } : {}),
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const status = String(error.statusCode);
    const cause = `${error.message} (Service: AWSLambda; Status Code: ${status}; Error Code: ${error.code})`;
    throw new AslError(errorName(error), cause);
  }
  // Lambda has only taken the event: there is no version that answered, and no answer.
  if (type === 'Event') return { StatusCode: 202 };
  if ('functionError' in answer) {
    const { errorType, errorMessage, trace } = answer.functionError;
    throw new AslError(errorType, JSON.stringify({ errorType, errorMessage, trace }));
  }
  return { ExecutedVersion: '$LATEST', Payload: answer.payload, StatusCode: 200 };
};
