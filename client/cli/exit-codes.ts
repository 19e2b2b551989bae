/** What a script may branch on; docs/clients.md explains each. */
export const exitCodes = {
  ok: 0,
  /** Not foreseen: a fault of the command itself. */
  failed: 1,
  usage: 2,
  /** Not signed in, the sign-in has ended, or it was refused. */
  notLoggedIn: 3,
  /** The broker considered the request and says no. */
  denied: 4,
  /** Nothing answered in time, or only "later". */
  unavailable: 5,
  /** This machine's set-up: configuration, file modes, an unwritable home, the clock. */
  configuration: 6,
  /** A check was made and found something. */
  checkFailed: 7,
  /** It was carried through, but not for every subject (`batch`). */
  incomplete: 8,
  /** `grants diff`: somebody may do more than before. */
  widened: 9,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
