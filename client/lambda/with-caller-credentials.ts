/** A Lambda function behind a Cognito authorizer that makes its AWS calls with its caller's role, never with its own. */
import { BrokerError } from '../broker-error.ts';
import {
  fromStepkey,
  stepkeySession,
  type FromStepkeyOptions,
  type StepkeyCredentialProvider,
} from '../from-stepkey.ts';
import { createSessionCache } from '../session-cache.ts';
import { callerTokenOf, type EventWithHeaders } from './caller-token.ts';
import { noToken, problemOfFailure, type ProxyAnswer } from './problem-answer.ts';

/** The caller, as the broker knows them. */
export interface StepkeyCaller {
  /** For the `credentials` of an SDK client. Make the client in the handler: one that is kept serves its first caller. */
  readonly credentials: StepkeyCredentialProvider;
  /** The identity pool's id of the caller, as in `private/{identityId}/`. */
  readonly identityId: string;
  /** `issuerAlias:sub` */
  readonly subject: string;
  readonly grant: string;
  readonly roleArn: string;
}

export type CallerCredentialsOptions = Pick<
  FromStepkeyOptions,
  'api' | 'grant' | 'roleArn' | 'patienceMillis' | 'requestTimeoutMillis' | 'fetch'
>;

type HandlerWithCaller<Event, Context, Result> = (
  event: Event,
  context: Context,
  caller: StepkeyCaller,
) => Promise<Result> | Result;

/** A function has 29 s at most to answer the gateway; a broker that is away must not use them up. */
const defaultPatienceMillis = 3_000;
const defaultRequestTimeoutMillis = 20_000;

/**
 * Wraps a handler of a REST API's (event 1.0) or an HTTP API's (event 2.0) requests. Credentials are obtained before the
 * handler runs: without them it does not run, and the caller gets a problem document (401, 403, 503). The function's own
 * role is never used in their place. Sessions are held per token, so that callers of a warm function never share one.
 * @throws TypeError, when wrapping, for an address that a token must not be sent to
 */
export const withCallerCredentials = <Event extends EventWithHeaders, Context, Result>(
  handler: HandlerWithCaller<Event, Context, Result>,
  options: CallerCredentialsOptions,
): ((event: Event, context: Context) => Promise<Result | ProxyAnswer>) => {
  const cache = createSessionCache();
  const optionsFor = (token: string): FromStepkeyOptions => ({
    patienceMillis: defaultPatienceMillis,
    requestTimeoutMillis: defaultRequestTimeoutMillis,
    ...options,
    token,
    cache,
  });
  // Shows a wrong address when the function is loaded, not to its first caller.
  fromStepkey(optionsFor(''));
  return async (event, context) => {
    const token = callerTokenOf(event, Date.now());
    if (token === null) return noToken();
    const own = optionsFor(token);
    let session;
    try {
      session = await stepkeySession(own)();
    } catch (error) {
      if (error instanceof BrokerError) return problemOfFailure(error);
      throw error;
    }
    const { identityId, subject, grant, roleArn } = session;
    return handler(event, context, {
      credentials: fromStepkey(own),
      identityId,
      subject,
      grant,
      roleArn,
    });
  };
};
