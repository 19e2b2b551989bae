import type { Clock, CredentialIssuer } from '../../../core/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

type AssumeRoleRequest = Parameters<CredentialIssuer['assumeRole']>[0];

export interface FakeCredentialIssuer extends CredentialIssuer, FailureSwitch {
  /** Every role that was assumed, in order. */
  readonly assumed: readonly AssumeRoleRequest[];
}

/** Gives different credentials each time; any token and role will do. */
export const fakeCredentialIssuer = (clock: Clock): FakeCredentialIssuer => {
  const { failWith, check } = failureSwitch();
  const assumed: AssumeRoleRequest[] = [];
  return {
    failWith,
    assumed,
    assumeRole: async (request) => {
      await Promise.resolve();
      check();
      assumed.push(request);
      const serial = String(assumed.length).padStart(4, '0');
      const [, account = '', roleName = ''] =
        /^arn:[a-z-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(request.roleArn) ?? [];
      return {
        credentials: {
          accessKeyId: `ASIAEXAMPLE0000000${serial}`,
          secretAccessKey: `secret-${serial}`,
          sessionToken: `session-token-${serial}`,
        },
        expiresAtEpochSeconds: Math.floor(clock.nowEpochMillis() / 1000) + request.durationSeconds,
        assumedRoleArn: `arn:aws:sts::${account}:assumed-role/${roleName}/${request.sessionName}`,
        packedPolicySizePercent: request.sessionPolicy === null ? null : 6,
      };
    },
  };
};
