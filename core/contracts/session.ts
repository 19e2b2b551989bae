/** The four revocation counters that a session was minted under; 0 where nothing was ever revoked. */
export interface Epochs {
  readonly subject: number;
  readonly client: number;
  readonly grant: number;
  readonly everything: number;
}

/** AWS's temporary credentials. Secret: only sealed outside the task that needs them and the answer. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * One set of minted credentials with everything they are bound to. This is the authenticated plaintext
 * of a cache entry: an opener compares the binding with what it expects before it uses the credentials.
 */
export interface Session {
  readonly format: 1;
  readonly sessionId: string;
  readonly cacheKey: string;
  readonly subject: string;
  readonly client: string;
  /** The client that asked on the subject's behalf; null when the subject asked. */
  readonly actor: string | null;
  readonly grant: string;
  readonly identityId: string;
  readonly roleArn: string;
  readonly assumedRoleArn: string;
  readonly epochs: Epochs;
  readonly expiresAtEpochSeconds: number;
  readonly executionArn: string;
  readonly credentials: Credentials;
}
