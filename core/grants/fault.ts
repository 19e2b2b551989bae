/** One thing that is wrong with a grant file, said so that its author can mend it. */
export interface GrantFault {
  readonly file: string;
  /** Where in the file, as `role.permissions.0.Resource`; empty for the whole file. */
  readonly path: string;
  readonly reason: string;
}

/** The same, before the file is known. */
export type FaultAt = Omit<GrantFault, 'file' | 'path'> & { readonly path: readonly PropertyKey[] };

/** All faults of all files together. */
export class GrantFilesError extends Error {
  override readonly name = 'GrantFilesError';
  readonly faults: readonly GrantFault[];

  constructor(faults: readonly GrantFault[]) {
    super(
      [
        `The grants have ${String(faults.length)} fault${faults.length === 1 ? '' : 's'}:`,
        ...faults.map(({ file, path, reason }) => `  ${file}: ${path ? `${path}: ` : ''}${reason}`),
      ].join('\n'),
    );
    this.faults = faults;
  }
}
