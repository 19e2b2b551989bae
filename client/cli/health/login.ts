import { readClaims } from '../../token-claims.ts';
import { askBroker } from '../ask-broker.ts';
import { currentToken, loginCommandOf } from '../current-token.ts';
import { explainFailure } from '../explain-failure.ts';
import { wishOf } from '../obtain-credentials.ts';
import type { Profile } from '../profile.ts';
import type { Terminal } from '../terminal.ts';
import type { Finding } from './finding.ts';

export const checkLogin = async (terminal: Terminal, profile: Profile): Promise<Finding> => {
  const check = 'login';
  try {
    const { token, isRenewable } = await currentToken(terminal, profile, 'id');
    const claims = readClaims(token);
    if (claims === null) {
      return { check, level: 'fail', message: 'STEPKEY_TOKEN holds no token; replace it' };
    }
    const who = claims.username ?? claims.clientId ?? claims.sub;
    const minutes = Math.round(
      (claims.expiresAtEpochSeconds - terminal.nowEpochMillis() / 1000) / 60,
    );
    if (minutes < 1 && !isRenewable) {
      return { check, level: 'fail', message: 'the token in STEPKEY_TOKEN is over; replace it' };
    }
    const how = isRenewable ? 'renewed by itself' : 'not renewed, as it comes from STEPKEY_TOKEN';
    return { check, level: 'ok', message: `${who}, for ${String(minutes)} minutes, ${how}` };
  } catch (error) {
    return { check, level: 'fail', message: explainFailure(error).message };
  }
};

export const checkGrant = async (terminal: Terminal, profile: Profile): Promise<Finding> => {
  const check = 'grant';
  try {
    const decision = await askBroker(terminal, profile, 'id', (broker, token) =>
      broker.decision(token, wishOf(profile)),
    );
    if (decision.outcome === 'allowed') {
      return {
        check,
        level: 'ok',
        message: `${decision.grant ?? ''} gives ${decision.roleArn ?? ''}`,
      };
    }
    const choices = decision.choices ?? [];
    if (choices.length > 0) {
      const option = decision.error?.startsWith('Role') === true ? '--role-arn' : '--grant';
      return {
        check,
        level: 'warn',
        message: `several apply; choose with ${option}: ${choices.join(', ')}`,
      };
    }
    const named = profile.grant === null ? 'no grant' : `grant "${profile.grant}" not`;
    return {
      check,
      level: 'warn',
      message: `${named} for this login (${decision.error ?? 'refused'}); ask who reviews the grants, or: ${loginCommandOf(profile)}`,
    };
  } catch (error) {
    return { check, level: 'fail', message: explainFailure(error).message };
  }
};
