/** Credentials as the environment variables that every AWS SDK reads. */
import type { CredentialsAnswer } from '../../core/contracts/api-answers.ts';
import type { Profile } from './profile.ts';

/** Other sources of credentials, which some SDKs would take before these or beside them. */
export const competingVariables = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
] as const;

/** What must not reach a command that runs with the credentials: whoever holds it could get others. */
export const ownSecretVariables = [
  'STEPKEY_TOKEN',
  'STEPKEY_TOKEN_FILE',
  'STEPKEY_CLIENT_SECRET',
] as const;

/** Region and endpoint only where the environment names none. */
export const awsVariablesOf = (
  { credentials }: CredentialsAnswer,
  { region, awsEndpoint }: Pick<Profile, 'region' | 'awsEndpoint'>,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
  AWS_CREDENTIAL_EXPIRATION: credentials.expiration,
  ...(region === null || env['AWS_REGION'] || env['AWS_DEFAULT_REGION']
    ? {}
    : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  ...(awsEndpoint === null || env['AWS_ENDPOINT_URL'] ? {} : { AWS_ENDPOINT_URL: awsEndpoint }),
});
