/** One thing that is wrong with the token claims file, said so that its author can mend it. */
export interface TokenClaimsFault {
  readonly file: string;
  /** Where in the file, as `rules.0.idToken.addClaims.sub`; empty for the whole file. */
  readonly path: string;
  readonly reason: string;
}

export const faultLine = ({ file, path, reason }: TokenClaimsFault): string =>
  `${file}: ${path ? `${path}: ` : ''}${reason}`;

/** All faults of the file together. */
export class TokenClaimsFileError extends Error {
  override readonly name = 'TokenClaimsFileError';
  readonly faults: readonly TokenClaimsFault[];

  constructor(faults: readonly TokenClaimsFault[]) {
    super(
      [
        `The token claims have ${String(faults.length)} fault${faults.length === 1 ? '' : 's'}:`,
        ...faults.map((fault) => `  ${faultLine(fault)}`),
      ].join('\n'),
    );
    this.faults = faults;
  }
}
