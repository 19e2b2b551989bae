import { expect } from '@jest/globals';
import { statusOf } from '../../../core/revocations/revocation.ts';
import type { InProcessRevoker } from './in-process-revoker.ts';

/** As the schedule of the reconciler, and as long as a dead execution may go unnoticed. */
const intervalMillis = 10 * 60_000;
const noticedMillis = 4 * 3600 * 1000;

export interface RevocationCase {
  readonly revocationId: string;
  readonly subject: string;
}

export const revocationCases = (revoker: InProcessRevoker) => {
  let count = 0;
  /** And until when, in epoch seconds. */
  const denied = new Map<RevocationCase, number>();
  const isDenied = ({ subject }: RevocationCase): boolean => revoker.policyText().includes(subject);
  return {
    /** Somebody who was never revoked. */
    next: (): RevocationCase => {
      count += 1;
      const number = String(count).padStart(12, '0');
      return {
        revocationId: `00000000-0000-7000-9000-${number}`,
        subject: `users:00000000-0000-4000-8000-${number}`,
      };
    },
    isDenied,
    /** Lets the reconciler do what its schedule has it do, until nothing is left to be done. */
    reconcileUntil: async (
      { revocationId }: RevocationCase,
      status: 'in-force' | 'restored',
      what: string,
    ): Promise<void> => {
      const deadline = revoker.time.nowEpochMillis() + noticedMillis;
      for (;;) {
        const record = await revoker.recordOf(revocationId);
        if (record !== null && statusOf(record) === status) return;
        if (revoker.time.nowEpochMillis() > deadline) {
          throw new Error(`${what}: still ${JSON.stringify(record)}`);
        }
        await revoker.time.advance(intervalMillis);
        await revoker.reconcile();
      }
    },
    /** What is said to be in force is: refused by the broker, and denied by AWS as long as a session may live. */
    expectTrue: async (one: RevocationCase, what: string): Promise<void> => {
      const record = await revoker.recordOf(one.revocationId);
      if (record !== null && statusOf(record) === 'in-force') {
        const { epoch, suspensions } = await revoker.revocationOf(one.subject);
        expect({ what, isRaised: epoch > 0, suspensions }).toEqual({
          what,
          isRaised: true,
          suspensions: 1,
        });
        denied.set(one, record.denialNeededUntilEpochSeconds ?? 0);
      }
      const now = revoker.time.nowEpochMillis() / 1000;
      // Nor does one revocation cost another its denial.
      const missing = [...denied].filter(([other, until]) => until > now && !isDenied(other));
      expect({ what, missing: missing.map(([{ subject }]) => subject) }).toEqual({
        what,
        missing: [],
      });
    },
  };
};
