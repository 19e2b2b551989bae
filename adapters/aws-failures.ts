import { StepkeyError, type ErrorName } from '../core/errors.ts';

/** What the SDK's and Node's errors have in common; each member may be missing. */
interface FailureFacts {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
}

const throttlingNames = new Set([
  'ExecutionLimitExceeded',
  'KmsThrottlingException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Transient by AWS's own word, though the status is 400. */
const transientNames = new Set([
  'ConcurrentModificationException',
  'ExternalServiceException',
  'IDPCommunicationErrorException',
  'TimeoutError',
  'AbortError',
  'TransactionInProgressException',
  'ReplicatedWriteConflictException',
]);

const factsOf = (error: unknown): FailureFacts =>
  typeof error === 'object' && error !== null ? error : {};

/** AWS's name of the failure, as the SDK spells it; empty where there is none. */
export const awsErrorName = (error: unknown): string => {
  const { name } = factsOf(error);
  return typeof name === 'string' ? name : '';
};

export const awsErrorMessage = (error: unknown): string => {
  const { message } = factsOf(error);
  return typeof message === 'string' ? message : '';
};

const upstreamNameOf = (error: unknown): ErrorName => {
  const name = awsErrorName(error);
  const { code, $metadata, $retryable } = factsOf(error);
  const status = $metadata?.httpStatusCode;
  if (throttlingNames.has(name) || $retryable?.throttling === true || status === 429) {
    return 'Upstream.Throttled';
  }
  if (transientNames.has(name) || (status !== undefined && status >= 500)) {
    return 'Upstream.Unavailable';
  }
  // Node's own names of connection failures: ECONNREFUSED, ENOTFOUND, EPIPE, …; ERR_… are mistakes.
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return 'Upstream.Unavailable';
  // An answer that is no answer of the service.
  if (status !== undefined && status < 300) return 'Upstream.Unavailable';
  return 'Upstream.Misconfigured';
};

/** AWS's validation texts may quote the value that they refuse; then only the name is kept. */
const causeWithout = (secrets: readonly string[], error: unknown): unknown => {
  const text = awsErrorMessage(error);
  return secrets.some((secret) => secret !== '' && text.includes(secret))
    ? new Error(awsErrorName(error))
    : error;
};

/**
 * The catalogue's error for a failed AWS call. What no row names: throttling → Upstream.Throttled; 5xx, timeouts and
 * connection failures → Upstream.Unavailable; everything else → Upstream.Misconfigured, because a caller cannot mend it.
 * @param rows AWS error name → catalogue name, for the call at hand
 * @param secrets texts of the call that its cause may not carry
 */
export const awsFailure = (
  error: unknown,
  rows: Readonly<Partial<Record<string, ErrorName>>> = {},
  secrets: readonly string[] = [],
): StepkeyError =>
  error instanceof StepkeyError
    ? error
    : new StepkeyError(rows[awsErrorName(error)] ?? upstreamNameOf(error), {
        cause: causeWithout(secrets, error),
      });

/** An answer of AWS without a member that the model promises. */
export const incompleteAnswer = (operation: string): StepkeyError =>
  new StepkeyError('Upstream.Unavailable', {
    cause: new Error(`${operation} answered without its result`),
  });
