/** One thing that is wrong with a reviewed file, said so that its author can mend it. */
export interface FileFault {
  readonly file: string;
  /** Where in the file, as `role.permissions.0.Resource`; empty for the whole file. */
  readonly path: string;
  readonly reason: string;
}

/** The same, before the file is known. */
export interface FaultAt {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

export const faultIn = (file: string, { path, reason }: FaultAt): FileFault => ({
  file,
  path: path.map(String).join('.'),
  reason,
});

export const faultLine = ({ file, path, reason }: FileFault): string =>
  `${file}: ${path ? `${path}: ` : ''}${reason}`;

/** All faults together; the message is what a person reads at the terminal. */
export abstract class FileFaultsError extends Error {
  readonly faults: readonly FileFault[];

  /** @param what the files hold, in the plural: `grants` */
  constructor(what: string, faults: readonly FileFault[]) {
    super(
      [
        `The ${what} have ${String(faults.length)} fault${faults.length === 1 ? '' : 's'}:`,
        ...faults.map((fault) => `  ${faultLine(fault)}`),
      ].join('\n'),
    );
    this.faults = faults;
  }
}
