/** Log groups and their journals. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AwsError } from '../../aws.ts';
import type { Collection } from '../../state/store.ts';
import { memoryJournal, openJournal } from './journal.ts';
import type { Journal } from './journal.ts';

export interface StoredLogGroup {
  readonly name: string;
  readonly createdAtEpochMillis: number;
  readonly retentionInDays: number | null;
  readonly kmsKeyArn: string | null;
}

export interface LogGroups {
  /** Makes the group, or changes what is given of one that is there. */
  readonly ensure: (
    name: string,
    settings?: Partial<Pick<StoredLogGroup, 'retentionInDays' | 'kmsKeyArn'>>,
  ) => Promise<StoredLogGroup>;
  readonly has: (name: string) => boolean;
  readonly all: () => StoredLogGroup[];
  /** @throws AwsError ResourceNotFoundException */
  readonly journal: (name: string) => Promise<Journal>;
  /** The same without waiting, where it is open already. */
  readonly opened: (name: string) => Journal | undefined;
  /** Once everything is written; nothing may be written after. */
  readonly close: () => Promise<void>;
}

/** A file name that can be read by people, where the group's name is short enough for one. */
const directoryName = (group: string): string => {
  const encoded = encodeURIComponent(group);
  return encoded.length <= 200 ? encoded : createHash('sha256').update(group).digest('hex');
};

export const createLogGroups = (
  groups: Collection<StoredLogGroup>,
  directory: string | null,
  nowEpochMillis: () => number,
): LogGroups => {
  const journals = new Map<string, Promise<Journal>>();
  const openJournals = new Map<string, Journal>();
  const open = async (name: string): Promise<Journal> => {
    const journal =
      directory === null
        ? memoryJournal()
        : await openJournal(join(directory, directoryName(name)));
    openJournals.set(name, journal);
    return journal;
  };
  return {
    ensure: async (name, settings = {}) => {
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
        throw new AwsError('InvalidParameterException', 'The log group name is not valid.');
      }
      const group: StoredLogGroup = {
        name,
        createdAtEpochMillis: nowEpochMillis(),
        retentionInDays: null,
        kmsKeyArn: null,
        ...groups.get(name),
        ...settings,
      };
      await groups.put(name, group);
      return group;
    },
    has: (name) => groups.get(name) !== undefined,
    all: () =>
      [...groups.entries()]
        .map(([, group]) => group)
        .sort((left, right) => (left.name < right.name ? -1 : 1)),
    journal: async (name) => {
      if (groups.get(name) === undefined) {
        throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
      }
      const journal = journals.get(name) ?? open(name);
      journals.set(name, journal);
      return journal;
    },
    opened: (name) => openJournals.get(name),
    close: async () => {
      for (const journal of journals.values()) await (await journal).close();
    },
  };
};
