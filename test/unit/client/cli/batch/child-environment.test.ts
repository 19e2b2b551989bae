import { expect, it } from '@jest/globals';
import { childEnvironment } from '../../../../../client/cli/batch/child-environment.ts';
import type { CredentialsAnswer } from '../../../../../core/contracts/api-answers.ts';

const answer = {
  credentials: {
    accessKeyId: 'ASIA1',
    secretAccessKey: 'subject-secret',
    sessionToken: 'subject-session',
    expiration: '2026-11-21T09:00:00Z',
  },
} as CredentialsAnswer;
const profile = { region: 'eu-central-1', awsEndpoint: null };

const given = {
  AWS_ACCESS_KEY_ID: 'AKIA1',
  AWS_CREDENTIAL_EXPIRATION: '2027-11-21T09:00:00Z',
  AWS_SECRET_ACCESS_KEY: 'subject-secret',
  AWS_SESSION_TOKEN: 'subject-session',
};

it('a subject’s command sees no credentials but its own', () => {
  const leaks = [
    'AWS_ACCESS_KEY',
    'AWS_SECRET_KEY',
    'AWS_SECURITY_TOKEN',
    'AWS_BEARER_TOKEN_BEDROCK',
    'AWS_PROFILE',
    'AWS_DEFAULT_PROFILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_ROLE_ARN',
    'AWS_ROLE_SESSION_NAME',
    'aws_session_token',
    'STEPKEY_TOKEN',
    'STEPKEY_TOKEN_FILE',
    'STEPKEY_CLIENT_ID',
    'STEPKEY_CLIENT_SECRET',
    'STEPKEY_PROFILE',
  ];
  const parent = {
    ...Object.fromEntries([...leaks, ...Object.keys(given)].map((name) => [name, 'parents'])),
    STEPKEY_SUBJECT: 'another',
  };
  const seen = childEnvironment(parent, profile, 'users:7', answer);
  expect(seen).toEqual({
    AWS_ACCESS_KEY_ID: 'ASIA1',
    AWS_SECRET_ACCESS_KEY: 'subject-secret',
    AWS_SESSION_TOKEN: 'subject-session',
    AWS_CREDENTIAL_EXPIRATION: '2026-11-21T09:00:00Z',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    STEPKEY_SUBJECT: 'users:7',
  });
});

it('keeps the rest, and the Region that the parent chose', () => {
  const parent = {
    PATH: '/bin',
    AWS_REGION: 'us-east-1',
    AWS_PROFILE_PICTURES: 'bucket',
    AWS_CA_BUNDLE: 'ca.pem',
  };
  expect(childEnvironment(parent, profile, 'a', answer)).toMatchObject(parent);
});
