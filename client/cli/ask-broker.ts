/** One question to the broker, as the profile's login, with patience and a renewed token where that may help. */
import { createBrokerApi, type BrokerApi } from '../broker-api.ts';
import { BrokerError } from '../broker-error.ts';
import { withPatience } from '../patience.ts';
import { currentToken, loginCommandOf, type CurrentToken, type TokenUse } from './current-token.ts';
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Profile } from './profile.ts';
import { withProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** SDKs give a credential process a minute; a person loses patience before. */
const defaultPatienceMillis = 15_000;

/**
 * What `STEPKEY_PATIENCE_SECONDS` says, else the default.
 * @throws CommandError usage for a value that is no number of seconds
 */
export const patienceMillisOf = (
  { env }: Pick<Terminal, 'env'>,
  defaultMillis = defaultPatienceMillis,
): number => {
  const text = env['STEPKEY_PATIENCE_SECONDS'];
  if (text === undefined || text === '') return defaultMillis;
  if (/^\d{1,4}$/.test(text)) return Number(text) * 1000;
  throw new CommandError(
    exitCodes.usage,
    'STEPKEY_PATIENCE_SECONDS must be a whole number of seconds.',
  );
};

export const brokerOf = ({ api }: Pick<Profile, 'api'>): BrokerApi =>
  createBrokerApi({ api, userAgent: 'stepkey-cli' });

export interface Asking {
  /** How long to go on while the broker is unavailable; by default as the environment says, or 15 s. */
  readonly patienceMillis?: number;
  /** Nothing is said while it lasts: the caller shows its own progress. */
  readonly isQuiet?: boolean;
}

/**
 * A token that the broker does not take is renewed once: its clock, not ours, decides when it is over.
 * @throws BrokerError, CommandError, UserPoolUnavailable
 */
export const askBroker = async <T>(
  terminal: Terminal,
  profile: Profile,
  use: TokenUse,
  question: (broker: BrokerApi, token: string, current: CurrentToken) => Promise<T>,
  { patienceMillis, isQuiet = false }: Asking = {},
): Promise<T> => {
  const broker = brokerOf(profile);
  const totalMillis = patienceMillis ?? patienceMillisOf(terminal);
  const ask = (current: CurrentToken): Promise<T> =>
    withPatience(() => question(broker, current.token, current), { totalMillis });
  const shown = { isInteractive: terminal.isInteractive && !isQuiet };
  return withProgress(shown, 'Waiting for the broker', async () => {
    const current = await currentToken(terminal, profile, use);
    try {
      return await ask(current);
    } catch (error) {
      if (!(error instanceof BrokerError) || error.kind !== 'not-accepted') throw error;
      if (!current.isRenewable) throw rejected(error, 'replace the token in STEPKEY_TOKEN');
      const renewed = await currentToken(terminal, profile, use, current.token);
      return await ask(renewed).catch((again: unknown) => {
        if (again instanceof BrokerError && again.kind === 'not-accepted') {
          throw rejected(again, `run: ${loginCommandOf(profile)}`);
        }
        throw again;
      });
    }
  });
};

const rejected = ({ message, requestId }: BrokerError, whatToDo: string): CommandError =>
  new CommandError(
    exitCodes.notLoggedIn,
    `${message}${requestId === null ? '' : ` (id ${requestId})`} To go on, ${whatToDo}`,
  );
