import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { DenyPolicyText } from '../core/revocations/ports.ts';
import { awsFailure, incompleteAnswer } from './aws-failures.ts';

/** STS's least. */
const writerSessionSeconds = 900;

/**
 * Credentials of the role that may write the policy of one other account, and nothing else.
 * The SDK asks again shortly before they end.
 * @throws Upstream.Misconfigured where that account does not let this function in
 */
export const writerCredentials =
  (client: STSClient, roleArn: string) =>
  async (): Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: Date;
  }> => {
    const { Credentials } = await client
      .send(
        new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: 'stepkey-revoke',
          DurationSeconds: writerSessionSeconds,
        }),
      )
      .catch((error: unknown) => {
        throw awsFailure(error, { AccessDenied: 'Upstream.Misconfigured' });
      });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
      throw incompleteAnswer('AssumeRole');
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  };

/**
 * The policies of all accounts as one, saying the same everywhere. A write tries every account, and fails when one did:
 * the writer then knows nothing of what is written, and the next attempt writes them all.
 */
export const denyPolicyEverywhere = (policies: readonly DenyPolicyText[]): DenyPolicyText => ({
  read: async () => {
    const texts = await Promise.all(policies.map(({ read }) => read()));
    const [first = '', ...others] = texts;
    // What is said in one account and not in another is no text that was ever written.
    return others.every((text) => text === first) ? first : '';
  },
  write: async (text) => {
    const written = await Promise.allSettled(policies.map(({ write }) => write(text)));
    const failed = written.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  },
});
