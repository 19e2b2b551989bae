/** Credentials of one subject after the other, for workers that wait together when the broker says later. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CredentialsAnswer } from '../../../core/contracts/api-answers.ts';
import { BrokerError } from '../../broker-error.ts';
import { withPatience } from '../../patience.ts';
import { UserPoolUnavailable } from '../../user-pool.ts';
import { askBroker, patienceMillisOf } from '../ask-broker.ts';
import type { Profile } from '../profile.ts';
import type { Terminal } from '../terminal.ts';

/** Nobody sits before a job that runs by night. */
const defaultPatienceMillis = 300_000;

export type CredentialsOf = (subject: string) => Promise<CredentialsAnswer>;

/** A user pool that is away keeps us from the broker: the same patience for both. */
const asBrokerError = (error: unknown): unknown =>
  error instanceof UserPoolUnavailable
    ? new BrokerError('unavailable', error.message, { cause: error })
    : error;

/**
 * @param stop ends every wait
 * @returns rejects with BrokerError, with CommandError where no subject can get any, or with stop's reason
 */
export const subjectCredentials = (
  terminal: Terminal,
  profile: Profile,
  stop: AbortSignal,
): CredentialsOf => {
  const totalMillis = patienceMillisOf(terminal, defaultPatienceMillis);
  const { grant, roleArn } = profile;
  const wish = { ...(grant === null ? {} : { grant }), ...(roleArn === null ? {} : { roleArn }) };
  const pause = (millis: number): Promise<unknown> => sleep(millis, undefined, { signal: stop });
  let notBeforeEpochMillis = 0;
  const turn = async (): Promise<void> => {
    for (;;) {
      stop.throwIfAborted();
      const waitMillis = notBeforeEpochMillis - Date.now();
      if (waitMillis <= 0) return;
      await pause(waitMillis);
    }
  };
  return (subject) =>
    withPatience(
      async () => {
        await turn();
        try {
          return await askBroker(
            terminal,
            profile,
            'access',
            (broker, token) => broker.credentials(token, { ...wish, subject }),
            { patienceMillis: 0, isQuiet: true },
          );
        } catch (error) {
          throw asBrokerError(error);
        }
      },
      {
        totalMillis,
        sleep: pause,
        onWait: (waitMillis, { retryAfterSeconds }) => {
          // What the broker says to one, it says to all.
          if (retryAfterSeconds === null) return;
          notBeforeEpochMillis = Math.max(notBeforeEpochMillis, Date.now() + waitMillis);
        },
      },
    );
};
