import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { STSClient } from '@aws-sdk/client-sts';
import { inspect } from 'node:util';

import { clientSettings } from '../../../adapters/aws-clients.ts';
import { stsCredentialIssuer } from '../../../adapters/sts.ts';
import { AwsError } from '../../../local/aws.ts';
import {
  noCredentials,
  startAwsWire,
  type AwsWire,
  type WireResponder,
} from '../../support/fakes/aws-wire.ts';
import { failureOf, nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeCredentialIssuer } from '../../support/fakes/fake-credential-issuer.ts';
import { fakeClock } from '../../support/fakes/fixed-clock.ts';

const clock = fakeClock();
const request = {
  roleArn: 'arn:aws:iam::123456789012:role/stepkey/stepkey-own-files',
  sessionName: 'b2f6f9a0-sub',
  openIdToken: 'the-open-id-token',
  durationSeconds: 3600,
  sessionPolicy: '{"Version":"2012-10-17","Statement":[]}',
};

const answerOf = (parts: { credentials?: string; user?: string; packed?: string }): string =>
  `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
 <AssumeRoleWithWebIdentityResult>${parts.user ?? ''}${parts.credentials ?? ''}${parts.packed ?? ''}
  <Provider>cognito-identity.amazonaws.com</Provider>
 </AssumeRoleWithWebIdentityResult>
 <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`;

const good: WireResponder = ({ input }) => {
  const expiration = new Date(clock.nowEpochMillis() + Number(input['DurationSeconds']) * 1000);
  const iso = expiration.toISOString().replace(/\.\d{3}Z$/, 'Z');
  return {
    xml: answerOf({
      user: `<AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:b2f6f9a0-sub</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/stepkey-own-files/${String(input['RoleSessionName'])}</Arn></AssumedRoleUser>`,
      credentials: `<Credentials><AccessKeyId>ASIAEXAMPLE000000001</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session-token</SessionToken><Expiration>${iso}</Expiration></Credentials>`,
      packed: input['Policy'] === undefined ? '' : '<PackedPolicySize>6</PackedPolicySize>',
    }),
  };
};

let wire: AwsWire;
beforeAll(async () => {
  wire = await startAwsWire();
});
beforeEach(() => {
  wire.respond = good;
  wire.calls.length = 0;
});
afterAll(() => wire.close());

const realIssuer = () =>
  stsCredentialIssuer(
    new STSClient({
      ...clientSettings('sts', { region: 'us-east-1', endpoint: wire.endpoint }),
      requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
      credentials: noCredentials,
    }),
  );

describe.each([
  ['the fake', () => fakeCredentialIssuer(clock)],
  ['STS', realIssuer],
] as const)('%s, as a credential issuer', (_name, newIssuer) => {
  it('gives credentials that end with the duration asked for', async () => {
    const assumed = await newIssuer().assumeRole(request);
    expect(assumed.expiresAtEpochSeconds).toBe(clock.nowEpochMillis() / 1000 + 3600);
    expect(assumed.credentials.accessKeyId).toMatch(/^ASIA/);
    expect(Object.values(assumed.credentials).every((value) => value !== '')).toBe(true);
  });

  it('names the session in the ARN of the assumed role', async () => {
    expect((await newIssuer().assumeRole(request)).assumedRoleArn).toBe(
      'arn:aws:sts::123456789012:assumed-role/stepkey-own-files/b2f6f9a0-sub',
    );
  });

  it('knows the packed size when STS says it, and null when not', async () => {
    const issuer = newIssuer();
    expect((await issuer.assumeRole(request)).packedPolicySizePercent).toBe(6);
    const without = { ...request, sessionPolicy: null };
    expect((await issuer.assumeRole(without)).packedPolicySizePercent).toBeNull();
  });
});

describe('stsCredentialIssuer', () => {
  it('sends exactly what was asked, unsigned and without resolving credentials', async () => {
    await realIssuer().assumeRole(request);
    expect(wire.calls).toEqual([
      {
        operation: 'AssumeRoleWithWebIdentity',
        authorization: null,
        input: {
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: request.roleArn,
          RoleSessionName: request.sessionName,
          WebIdentityToken: request.openIdToken,
          DurationSeconds: '3600',
          Policy: request.sessionPolicy,
        },
      },
    ]);
  });

  it('takes no answer without credentials or without the role', async () => {
    wire.respond = () => ({ xml: answerOf({}) });
    expect(await nameOfFailure(realIssuer().assumeRole(request))).toBe('Upstream.Unavailable');
  });

  it.each([
    ['PackedPolicyTooLarge', 400, 'Session.PolicyTooLarge'],
    ['ExpiredTokenException', 400, 'Upstream.Misconfigured'],
    ['InvalidIdentityToken', 400, 'Upstream.Misconfigured'],
    ['IDPRejectedClaim', 403, 'Upstream.Misconfigured'],
    ['AccessDenied', 403, 'Upstream.Misconfigured'],
    ['MalformedPolicyDocument', 400, 'Upstream.Misconfigured'],
    ['ValidationError', 400, 'Upstream.Misconfigured'],
    ['RegionDisabledException', 403, 'Upstream.Misconfigured'],
    ['IDPCommunicationError', 400, 'Upstream.Unavailable'],
    ['InternalFailure', 500, 'Upstream.Unavailable'],
    ['ServiceUnavailable', 503, 'Upstream.Unavailable'],
    ['hang', 500, 'Upstream.Unavailable'],
    ['Throttling', 400, 'Upstream.Throttled'],
    ['ThrottlingException', 400, 'Upstream.Throttled'],
    ['RequestLimitExceeded', 503, 'Upstream.Throttled'],
  ])('translates %s of status %i to %s, after one attempt', async (code, statusCode, name) => {
    wire.respond = () => {
      throw new AwsError(code, 'refused', { statusCode });
    };
    expect(await nameOfFailure(realIssuer().assumeRole(request))).toBe(name);
    expect(wire.calls).toHaveLength(1);
  });

  it('keeps the OpenID token out of its failures, even where STS quotes it', async () => {
    wire.respond = () => {
      throw new AwsError('ValidationError', `Value '${request.openIdToken}' at 'webIdentityToken'`);
    };
    const failure = await failureOf(realIssuer().assumeRole(request));
    expect(inspect(failure, { showHidden: true, depth: null })).not.toContain(request.openIdToken);
  });
});
