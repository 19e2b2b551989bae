import type { APIGatewayProxyResult } from 'aws-lambda';
import {
  expirationOf,
  type ContainerCredentialsAnswer,
  type CredentialsAnswer,
} from '../../core/contracts/api.ts';
import type { StepkeyError } from '../../core/errors.ts';
import { errorCatalogue } from '../../core/errors.ts';
import { containerFieldsOf, problemMediaType, problemOf } from '../../core/problem.ts';
import type { IssuedSession } from './issued-session.ts';

export const answer = (body: object): APIGatewayProxyResult => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  body: JSON.stringify(body),
});

export const credentialsAnswerOf = (issued: IssuedSession): CredentialsAnswer => ({
  credentials: {
    ...issued.session.credentials,
    expiration: expirationOf(issued.session.expiresAtEpochSeconds),
  },
  subject: issued.session.subject,
  identityId: issued.session.identityId,
  grant: issued.session.grant,
  roleArn: issued.session.roleArn,
  assumedRoleArn: issued.session.assumedRoleArn,
  source: issued.source,
  ...(issued.stale ? { stale: true as const } : {}),
  sessionId: issued.session.sessionId,
  issuanceId: issued.issuanceId,
  executionArn: issued.session.executionArn,
});

/** The field is `Token` here, and `Expiration` must end in `Z`: SDKs refuse anything else. */
export const containerAnswerOf = ({ session }: IssuedSession): ContainerCredentialsAnswer => ({
  AccessKeyId: session.credentials.accessKeyId,
  SecretAccessKey: session.credentials.secretAccessKey,
  Token: session.credentials.sessionToken,
  Expiration: expirationOf(session.expiresAtEpochSeconds),
});

/**
 * An error as the caller sees it: the catalogue's constant text, what to choose from, nothing else.
 * @param isContainerPath adds what SDKs read there
 */
export const problemAnswerOf = (
  error: StepkeyError,
  requestId: string,
  isContainerPath: boolean,
): APIGatewayProxyResult => {
  const problem = problemOf(error.name);
  return {
    statusCode: problem.status,
    headers: {
      'Content-Type': problemMediaType,
      'Cache-Control': 'no-store',
      ...(errorCatalogue[error.name].retryable ? { 'Retry-After': '1' } : {}),
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer error="invalid_token"' } : {}),
    },
    body: JSON.stringify({
      ...problem,
      instance: requestId,
      ...(error.choices ? { choices: error.choices } : {}),
      // Faults of a configuration are the operator's to read, in the log.
      ...(error.name === 'Request.Malformed' && error.faults ? { faults: error.faults } : {}),
      ...(isContainerPath ? containerFieldsOf(error.name) : {}),
    }),
  };
};
