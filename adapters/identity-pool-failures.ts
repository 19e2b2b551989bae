import type { StepkeyError } from '../core/errors.ts';
import { awsErrorMessage, awsErrorName, awsFailure } from './aws-failures.ts';

const rows = {
  ResourceConflictException: 'Identity.Conflict',
  DeveloperUserAlreadyRegisteredException: 'Identity.Conflict',
} as const;

/** One name for two faults: only the text tells a missing login from a missing permission. */
const asksForLogin = (error: unknown): boolean =>
  awsErrorName(error) === 'NotAuthorizedException' &&
  awsErrorMessage(error).startsWith("Logins don't match");

/** A login that expired after the broker had looked at it. */
const hasExpired = (error: unknown): boolean =>
  awsErrorName(error) === 'NotAuthorizedException' &&
  /^Invalid login token\. Token expired\b/.test(awsErrorMessage(error));

/** The catalogue's error for a failed call to the identity pool. @param logins their values may be tokens */
export const identityPoolFailure = (
  error: unknown,
  logins: Readonly<Record<string, string>>,
): StepkeyError =>
  awsFailure(
    error,
    asksForLogin(error)
      ? { NotAuthorizedException: 'Identity.LoginRequired' }
      : hasExpired(error)
        ? { NotAuthorizedException: 'Token.Expired' }
        : rows,
    Object.values(logins),
  );
