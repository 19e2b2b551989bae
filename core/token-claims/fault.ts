import { FileFaultsError, type FileFault } from '../file-faults.ts';

/** All faults of the token claims file together. */
export class TokenClaimsFileError extends FileFaultsError {
  override readonly name = 'TokenClaimsFileError';

  constructor(faults: readonly FileFault[]) {
    super('token claims', faults);
  }
}
