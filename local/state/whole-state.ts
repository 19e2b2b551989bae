import type { StateDirectory } from './directory.ts';
import { damaged, refuseForeignFiles } from './level-failure.ts';
import { isWhole } from './leveldb/check-database.ts';

/**
 * Looks at every checksum of every database before any is opened: opening one changes it, and LevelDB goes on without
 * what is damaged.
 * @throws StateError when one is not what was written
 */
export const refuseDamagedState = async ({
  store,
  tables,
}: Pick<StateDirectory, 'store' | 'tables'>): Promise<void> => {
  for (const directory of [store, tables]) {
    await refuseForeignFiles(directory);
    if (!(await isWhole(directory))) throw damaged(directory);
  }
};
