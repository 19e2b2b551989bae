/** Credentials for a profile: from the cache that processes share while they are fresh, else from the broker, once. */
import type { CredentialsAnswer } from '../../core/contracts/api-answers.ts';
import type { CredentialsWish } from '../broker-api.ts';
import { BrokerError } from '../broker-error.ts';
import { UserPoolUnavailable } from '../user-pool.ts';
import { askBroker } from './ask-broker.ts';
import { cacheEntryOf, type CachedCredentials } from './credential-cache.ts';
import { cacheOwner } from './current-token.ts';
import { withLock } from './file-lock.ts';
import type { Profile } from './profile.ts';
import type { Terminal } from './terminal.ts';

/** SDKs renew from 15 minutes before the end: with more than 20 left, each asks once. @see aws-facts §9.4 */
const freshSeconds = 1200;
/** While nothing answers, credentials are still handed out with this much left. */
const floorSeconds = 300;

const expiresAtEpochMillis = ({ credentials }: CredentialsAnswer): number =>
  Date.parse(credentials.expiration);

const secondsLeft = ({ answer }: CachedCredentials, nowEpochMillis: number): number =>
  (expiresAtEpochMillis(answer) - nowEpochMillis) / 1000;

/** Short sessions never have 20 minutes left: half of what there was on receipt is enough for them. */
const isFresh = (cached: CachedCredentials, nowEpochMillis: number): boolean => {
  const lifeSeconds = secondsLeft(cached, cached.obtainedAtEpochMillis);
  return secondsLeft(cached, nowEpochMillis) > Math.min(freshSeconds, lifeSeconds / 2);
};

export const wishOf = ({ grant, roleArn, subject }: Profile): CredentialsWish => ({
  ...(grant === null ? {} : { grant }),
  ...(roleArn === null ? {} : { roleArn }),
  ...(subject === null ? {} : { subject }),
});

const isOutage = (error: unknown): boolean =>
  error instanceof UserPoolUnavailable ||
  (error instanceof BrokerError && error.kind === 'unavailable');

/** @throws BrokerError, CommandError, UserPoolUnavailable */
export const obtainCredentials = async (
  terminal: Terminal,
  profile: Profile,
): Promise<CredentialsAnswer> => {
  const owner = await cacheOwner(terminal, profile);
  const entry = owner === null ? null : cacheEntryOf(terminal, profile, owner);
  const now = terminal.nowEpochMillis;
  const cached = await entry?.read();
  if (cached && isFresh(cached, now())) return cached.answer;

  const obtain = async (): Promise<CredentialsAnswer> => {
    const again = await entry?.read();
    if (again && isFresh(again, now())) return again.answer;
    try {
      const answer = await askBroker(terminal, profile, 'id', async (broker, token, current) => {
        const obtained = await broker.credentials(token, wishOf(profile));
        await cacheEntryOf(terminal, profile, current).write(obtained);
        return obtained;
      });
      return answer;
    } catch (error) {
      if (isOutage(error) && again && secondsLeft(again, now()) > floorSeconds) {
        terminal.tell(
          `The broker cannot be reached; going on with credentials that end at ${again.answer.credentials.expiration}.`,
        );
        return again.answer;
      }
      // What was refused now is not served from before.
      if (error instanceof BrokerError && error.kind === 'denied') await entry?.remove();
      throw error;
    }
  };
  return entry === null ? obtain() : withLock(`${entry.file}.lock`, obtain);
};
