/** A user pool whose tokens the broker takes. */
export interface UserPool {
  /** The first part of a subject id; stable even if the pool is replaced. */
  readonly alias: string;
  readonly userPoolId: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** The broker's name of each app client → its client id. A client that is not listed here is nobody. */
  readonly clients: Readonly<Record<string, string>>;
}
