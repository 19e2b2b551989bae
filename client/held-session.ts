/** What a client holds of a session: the credentials, and what it may say about them. Secret: never logged. */
export interface HeldSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtEpochMillis: number;
  /** `issuerAlias:sub` */
  readonly subject: string;
  readonly identityId: string;
  readonly grant: string;
  readonly roleArn: string;
}

/** SDKs begin to ask from 15 min before the end; what they are then given must be new already. */
const aheadMillis = 20 * 60_000;
const jitterMillis = 5 * 60_000;

/**
 * When the next session is to be fetched: 20 to 25 min before the end, so that sessions fetched together are not
 * replaced together, but never before half of what is left has passed.
 * @param random uniform in [0, 1)
 */
export const refreshAtEpochMillis = (
  { expiresAtEpochMillis }: HeldSession,
  nowEpochMillis: number,
  random: number,
): number =>
  Math.max(
    expiresAtEpochMillis - aheadMillis - jitterMillis * random,
    nowEpochMillis + (expiresAtEpochMillis - nowEpochMillis) / 2,
  );

/** Whole seconds and a `Z`, as every SDK reads it; cut, never rounded up. */
export const expirationText = ({ expiresAtEpochMillis }: HeldSession): string =>
  `${new Date(expiresAtEpochMillis).toISOString().slice(0, 19)}Z`;
