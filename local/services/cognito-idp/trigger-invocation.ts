/** How Cognito runs the trigger of a pool: how long it waits, how often it asks, what it calls a failure. */
import { AwsError } from '../../aws.ts';
import type { PreTokenGeneration } from './pre-token-generation.ts';

interface TriggerInvocationDeps {
  /** Invokes as the service does, by the function's own policy. A failed one's payload has its `errorMessage`. */
  readonly invokeFrom: (
    source: { readonly service: string; readonly arn: string },
    functionArn: string,
    payload: string,
  ) => Promise<{ readonly outcome: 'answered' | 'failed'; readonly payload: string }>;
  readonly poolArn: (userPoolId: string) => string;
  /** Runs `action` once after `millis`, unless the returned function is called before. */
  readonly schedule: (millis: number, action: () => void) => () => void;
}

const patienceMillis = 5000;
const attempts = 3;

const notInvoked = (reason: string): AwsError =>
  new AwsError(
    'UnexpectedLambdaException',
    `PreTokenGeneration invocation failed due to error ${reason}.`,
  );

/** A function that is gone looks to Cognito like one that it may not invoke. */
const reasonOf = ({ code }: AwsError): string =>
  code === 'ResourceNotFoundException' ? 'AccessDeniedException' : code;

/**
 * Asks again only when no answer came in time; an error of the function is its answer.
 * Rejects with AwsError UnexpectedLambdaException when the function cannot be invoked or never answers,
 * else with the function's own words.
 */
export const createTriggerInvocation =
  ({ invokeFrom, poolArn, schedule }: TriggerInvocationDeps): PreTokenGeneration =>
  async (event, lambdaArn) => {
    const source = {
      service: 'cognito-idp.amazonaws.com',
      arn: poolArn(String(event['userPoolId'])),
    };
    const ask = () =>
      invokeFrom(source, lambdaArn, JSON.stringify(event)).catch((error: unknown) => {
        throw error instanceof AwsError ? notInvoked(reasonOf(error)) : error;
      });
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const answer = await within(schedule, ask());
      if (answer === null) continue;
      const payload: unknown = JSON.parse(answer.payload);
      if (answer.outcome === 'answered') return payload;
      throw new Error((payload as { errorMessage?: string }).errorMessage ?? 'Unknown');
    }
    throw notInvoked('Socket timeout while invoking Lambda function');
  };

/** Null when the answer does not come in time; a late one is dropped. */
const within = async <Answer>(
  schedule: TriggerInvocationDeps['schedule'],
  answer: Promise<Answer>,
): Promise<Answer | null> => {
  let cancel = (): void => undefined;
  const late = new Promise<null>((resolve) => {
    cancel = schedule(patienceMillis, () => {
      resolve(null);
    });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    cancel();
  }
};
