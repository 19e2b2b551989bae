import { brokerOf } from '../ask-broker.ts';
import { explainFailure } from '../explain-failure.ts';
import type { Profile } from '../profile.ts';
import type { Finding } from './finding.ts';

export const checkBroker = async (
  profile: Profile,
): Promise<{ readonly finding: Finding; readonly dateEpochMillis: number | null }> => {
  const startedAt = performance.now();
  try {
    const { version, dateEpochMillis } = await brokerOf(profile).health();
    const millis = String(Math.round(performance.now() - startedAt));
    return {
      finding: {
        check: 'broker',
        level: 'ok',
        message: `version ${version} at ${profile.api} answers in ${millis} ms`,
      },
      dateEpochMillis,
    };
  } catch (error) {
    const { message } = explainFailure(error);
    return {
      finding: {
        check: 'broker',
        level: 'fail',
        message: message.replace(/ (Try again|Check the API).*$/, ''),
        mend: `Check that it runs, the network, and the address: stepkey configure --profile ${profile.name}`,
      },
      dateEpochMillis: null,
    };
  }
};

/** AWS refuses signatures from 5 minutes on. */
const refusedSeconds = 300;
const suspectSeconds = 60;

export const checkClock = (brokerEpochMillis: number | null, nowEpochMillis: number): Finding => {
  const check = 'clock';
  if (brokerEpochMillis === null) {
    return { check, level: 'warn', message: 'not compared: the broker told no time' };
  }
  const aheadSeconds = Math.round((nowEpochMillis - brokerEpochMillis) / 1000);
  const size = Math.abs(aheadSeconds);
  // The header has whole seconds.
  if (size <= suspectSeconds) return { check, level: 'ok', message: "agrees with the broker's" };
  return {
    check,
    level: size > refusedSeconds ? 'fail' : 'warn',
    message: `this machine is ${String(size)} s ${aheadSeconds > 0 ? 'ahead of' : 'behind'} the broker`,
  };
};
