import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFailure } from '../explain-failure.ts';
import { stateDirectoryOf } from '../places.ts';
import { writePrivateFile } from '../private-file.ts';
import type { Terminal } from '../terminal.ts';
import type { Finding } from './finding.ts';

/** Logins and cached credentials need a place that can be written. */
export const checkState = async (terminal: Terminal): Promise<Finding> => {
  const directory = stateDirectoryOf(terminal);
  const probe = join(directory, `probe-${randomUUID()}`);
  try {
    await writePrivateFile(probe, '');
    await rm(probe, { force: true });
    return { check: 'state', level: 'ok', message: `${directory} can be written` };
  } catch (error) {
    return { check: 'state', level: 'fail', message: explainFailure(error).message };
  }
};
