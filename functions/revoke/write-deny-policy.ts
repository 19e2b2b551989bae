import { StepkeyError } from '../../core/errors.ts';
import type { Clock, Digest, IdSource, Timer } from '../../core/ports.ts';
import { renderDenyPolicy, type DenyPolicy } from '../../core/revocations/deny-policy.ts';
import type {
  DenialRows,
  DenyPolicyText,
  RoleWideCutOff,
  WriterLease,
} from '../../core/revocations/ports.ts';

export interface PolicyWriterPorts {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: IdSource;
  readonly digest: Digest;
  readonly denials: DenialRows;
  readonly policy: DenyPolicyText;
  readonly lease: WriterLease;
  readonly roleWide: RoleWideCutOff;
}

/**
 * Longer than the function may run and a request of it may take, so that a writer which lost its right cannot write
 * any more: IAM has no conditional writes.
 */
const leaseMillis = 45_000;
const patienceMillis = 8_000;
const pollMillis = 200;

interface WantedPolicy {
  readonly policy: DenyPolicy;
  readonly digest: string;
}

/**
 * Makes the policy say what the denials in force say, one writer at a time. The text comes from the denials alone,
 * never from the text before it, so that a lost answer, a repetition or a writer that died leave nothing behind. Who
 * waits for its turn is done as soon as another wrote what it would write: of fifty at once few write.
 * @param options.verifies also asks IAM what the policy says, and mends what somebody else wrote
 * @throws Revocation.WriterBusy while another writer holds the right
 */
export const writeDenyPolicy = async (
  ports: PolicyWriterPorts,
  options: { readonly verifies: boolean } = { verifies: false },
): Promise<DenyPolicy> => {
  const owner = ports.ids.next();
  const deadline = ports.clock.nowEpochMillis() + patienceMillis;
  let wanted: WantedPolicy | null = null;
  for (;;) {
    const now = ports.clock.nowEpochMillis();
    const turn = await ports.lease.take(owner, now + leaseMillis, wanted?.digest ?? null);
    if (turn.outcome === 'taken') {
      return writeAsHolder(ports, owner, turn.writtenSha256, options.verifies);
    }
    if (turn.outcome === 'written' && wanted !== null) return wanted.policy;
    if (now >= deadline) throw new StepkeyError('Revocation.WriterBusy');
    await ports.timer.wait(pollMillis);
    // Before it asks: every later writer lists the denials after this, and finds in them what is found here.
    if (!options.verifies) wanted = await wantedPolicy(ports);
  }
};

const writeAsHolder = async (
  ports: PolicyWriterPorts,
  owner: string,
  writtenSha256: string | null,
  verifies: boolean,
): Promise<DenyPolicy> => {
  let nowWrittenSha256: string | null = null;
  try {
    // control SEC-31
    const { policy, digest } = await wantedPolicy(ports);
    const isOthers = verifies && (await ports.policy.read()) !== policy.text;
    if (isOthers || writtenSha256 !== digest) {
      // The broker gives nobody what AWS is about to deny, nor what it may deny still.
      const { allDeniedBeforeEpochSeconds } = policy;
      if (allDeniedBeforeEpochSeconds > 0) await ports.roleWide.raise(allDeniedBeforeEpochSeconds);
      await ports.policy.write(policy.text);
      await ports.roleWide.set(allDeniedBeforeEpochSeconds);
    }
    nowWrittenSha256 = digest;
    return policy;
  } finally {
    await ports.lease.release(owner, nowWrittenSha256);
  }
};

const wantedPolicy = async (ports: PolicyWriterPorts): Promise<WantedPolicy> => {
  const policy = renderDenyPolicy(
    await ports.denials.list(),
    Math.floor(ports.clock.nowEpochMillis() / 1000),
  );
  return { policy, digest: ports.digest.sha256Hex(policy.text) };
};
