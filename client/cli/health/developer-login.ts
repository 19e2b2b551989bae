import { BrokerError } from '../../broker-error.ts';
import { askBroker } from '../ask-broker.ts';
import { explainFailure } from '../explain-failure.ts';
import { wishOf } from '../obtain-credentials.ts';
import type { Profile } from '../profile.ts';
import type { Terminal } from '../terminal.ts';
import type { Finding } from './finding.ts';

const check = 'developer-login';

/**
 * Whether the identity pool takes the broker's developer login alone once the person's own is linked, which AWS's
 * documentation implies and batch jobs need. Credentials are minted twice at most: with the ID token, which links, and
 * with the access token, at whose door there is no ID token to fall back on.
 */
export const checkDeveloperLogin = async (
  terminal: Terminal,
  profile: Profile,
): Promise<Finding> => {
  try {
    const identity = await askBroker(terminal, profile, 'id', (broker, token) =>
      broker.identity(token),
    );
    if (!identity.linked) {
      return {
        check,
        level: 'warn',
        message: 'not shown: this deployment does not link the own logins of people',
        mend: 'Nothing: where nothing is linked, nothing depends on it.',
      };
    }
    const wish = wishOf(profile);
    const decision = await askBroker(terminal, profile, 'id', (broker, token) =>
      broker.decision(token, wish),
    );
    // More life than any cached session has left, so that one is minted now.
    const minTtlSeconds = (decision.durationSeconds ?? 3600) - 310;
    const answer = await askBroker(terminal, profile, 'access', (broker, token) =>
      broker.credentials(token, { ...wish, minTtlSeconds }),
    );
    return answer.source === 'minted'
      ? { check, level: 'ok', message: `is enough alone after linking (${answer.executionArn})` }
      : {
          check,
          level: 'warn',
          message: 'not shown: a session was minted just now',
          mend: 'Try again in ten minutes.',
        };
  } catch (error) {
    const { message } = explainFailure(error);
    const isAsked =
      error instanceof BrokerError && error.problemType?.endsWith('/login-required') === true;
    return isAsked
      ? {
          check,
          level: 'fail',
          message: `is not enough alone here: ${message}`,
        }
      : {
          check,
          level: 'warn',
          message: `not shown: ${message}`,
          mend: 'Mend that first, and run it again.',
        };
  }
};
