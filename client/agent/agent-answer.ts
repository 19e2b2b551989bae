/** The agent's answers, in the words that SDKs read. @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
import type { ServerResponse } from 'node:http';
import type { ContainerCredentialsAnswer } from '../../core/contracts/api-answers.ts';
import { expirationText, type HeldSession } from '../held-session.ts';

/** `Token`, not `SessionToken`, and an `Expiration` that ends in `Z`: SDKs refuse anything else. */
const containerAnswerOf = (session: HeldSession): ContainerCredentialsAnswer => ({
  AccessKeyId: session.accessKeyId,
  SecretAccessKey: session.secretAccessKey,
  Token: session.sessionToken,
  Expiration: expirationText(session),
});

export interface AgentFailure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

/** Some SDKs read `code` and `message`, others `Code` and `Message`: both are there. */
export const sendFailure = (response: ServerResponse, failure: AgentFailure): void => {
  const { status, code, message, retryAfterSeconds } = failure;
  send(
    response,
    status,
    { code, message, Code: code, Message: message },
    {
      ...(status === 405 ? { Allow: 'GET' } : {}),
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
  );
};

export const sendCredentials = (response: ServerResponse, session: HeldSession): void => {
  send(response, 200, containerAnswerOf(session), {});
};

const send = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>>,
): void => {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(text);
};
