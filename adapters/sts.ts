import { AssumeRoleWithWebIdentityCommand, type STSClient } from '@aws-sdk/client-sts';

import type { CredentialIssuer } from '../core/ports.ts';
import { awsFailure, incompleteAnswer } from './aws-failures.ts';

const rows = { PackedPolicyTooLargeException: 'Session.PolicyTooLarge' } as const;

/**
 * Sessions from STS. The call is unsigned: it is authenticated by the OpenID token, so that the function's own
 * credentials play no part and role chaining's one-hour limit does not apply.
 */
export const stsCredentialIssuer = (client: STSClient): CredentialIssuer => ({
  assumeRole: async (request) => {
    const answer = await client
      .send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: request.roleArn,
          RoleSessionName: request.sessionName,
          WebIdentityToken: request.openIdToken,
          DurationSeconds: request.durationSeconds,
          ...(request.sessionPolicy === null ? {} : { Policy: request.sessionPolicy }),
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error, rows, [request.openIdToken]);
      });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    const assumedRoleArn = answer.AssumedRoleUser?.Arn;
    if (
      AccessKeyId === undefined ||
      SecretAccessKey === undefined ||
      SessionToken === undefined ||
      Expiration === undefined ||
      assumedRoleArn === undefined
    ) {
      throw incompleteAnswer('AssumeRoleWithWebIdentity');
    }
    return {
      credentials: {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      },
      expiresAtEpochSeconds: Math.floor(Expiration.getTime() / 1000),
      assumedRoleArn,
      // Deprecated for SessionTokenUtilization, which measures something else: the whole token.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      packedPolicySizePercent: answer.PackedPolicySize ?? null,
    };
  },
});
