import { dynamoRevocationTargets } from '../../../adapters/revocation-targets.ts';
import { dynamoSubjectEntries } from '../../../adapters/subject-entries.ts';
import { alwaysSuspends, type RevocationTarget } from '../../../core/revocations/revocation.ts';
import { purgeEntries } from '../../../functions/revoke/purge-entries.ts';
import { raiseEpoch } from '../../../functions/revoke/raise-epoch.ts';
import { restoreTarget } from '../../../functions/revoke/restore-target.ts';
import type { Minter } from '../mint-boundaries.ts';
import { tableName } from './in-process-aws.ts';
import type { InProcessBroker } from './in-process-broker.ts';

export type Kind = RevocationTarget['kind'];

export interface InProcessRevocation {
  /** What the machine revoke does at the broker: the epoch, then the entries. @param raised told between the two */
  readonly carryOut: (raised?: () => void) => Promise<void>;
  readonly restore: () => Promise<void>;
}

/** What a request of this minter for this subject depends on. */
export const targetOf = (kind: Kind, minter: Minter, subject: string): RevocationTarget => ({
  kind,
  name: {
    subject,
    client: minter === 'person' ? 'app' : 'batch',
    grant: minter === 'person' ? 'own-files' : 'reports',
    everything: '-',
  }[kind],
});

/** Revocations by the functions' own code over the broker's table; each call of theirs passes the gate. */
export const revocationsOf = ({
  aws,
  time,
}: Pick<InProcessBroker, 'aws' | 'time'>): ((target: RevocationTarget) => InProcessRevocation) => {
  const table = { client: aws.dynamoDbOf('revoke'), tableName };
  const ports = {
    clock: time,
    targets: dynamoRevocationTargets({ ...table, timer: time }),
    entries: dynamoSubjectEntries(table),
  };
  let count = 0;
  return (target) => {
    count += 1;
    const input = {
      action: 'revoke' as const,
      revocationId: `revocation-${String(count)}`,
      target,
      suspends: alwaysSuspends(target.kind),
      denies: true,
    };
    return {
      carryOut: async (raised) => {
        await raiseEpoch(ports, input);
        raised?.();
        if (target.kind === 'subject') await purgeEntries(ports, input);
      },
      restore: async () => {
        await restoreTarget(ports, input);
      },
    };
  };
};
