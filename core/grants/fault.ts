import { FileFaultsError, type FileFault } from '../file-faults.ts';

/** All faults of all grant files together. */
export class GrantFilesError extends FileFaultsError {
  override readonly name = 'GrantFilesError';

  constructor(faults: readonly FileFault[]) {
    super('grants', faults);
  }
}
