import { readClaims } from '../../token-claims.ts';
import { askBroker } from '../ask-broker.ts';
import { currentToken, loginCommandOf } from '../current-token.ts';
import { explainFailure } from '../explain-failure.ts';
import { wishOf } from '../obtain-credentials.ts';
import type { Profile } from '../profile.ts';
import type { Terminal } from '../terminal.ts';
import type { Finding } from './finding.ts';

const replaceToken = 'Put a new token into STEPKEY_TOKEN or STEPKEY_TOKEN_FILE.';

export const checkLogin = async (terminal: Terminal, profile: Profile): Promise<Finding> => {
  const check = 'login';
  try {
    const { token, isRenewable } = await currentToken(terminal, profile, 'id');
    const claims = readClaims(token);
    if (claims === null) {
      return { check, level: 'fail', message: 'STEPKEY_TOKEN holds no token', mend: replaceToken };
    }
    const who = claims.username ?? claims.clientId ?? claims.sub;
    const minutes = Math.round(
      (claims.expiresAtEpochSeconds - terminal.nowEpochMillis() / 1000) / 60,
    );
    if (minutes < 1 && !isRenewable) {
      return {
        check,
        level: 'fail',
        message: 'the token in STEPKEY_TOKEN is over',
        mend: replaceToken,
      };
    }
    const how = isRenewable ? 'renewed by itself' : 'not renewed, as it comes from STEPKEY_TOKEN';
    return { check, level: 'ok', message: `${who}, for ${String(minutes)} minutes, ${how}` };
  } catch (error) {
    return { check, level: 'fail', message: explainFailure(error).message };
  }
};

/** @returns the finding, and the role that the broker would give; null where it would give none */
export const checkGrant = async (
  terminal: Terminal,
  profile: Profile,
): Promise<{ readonly finding: Finding; readonly roleArn: string | null }> => {
  const found = (level: Finding['level'], message: string, mend?: string) => ({
    finding: { check: 'grant', level, message, ...(mend === undefined ? {} : { mend }) } as const,
    roleArn: null,
  });
  try {
    const decision = await askBroker(terminal, profile, 'id', (broker, token) =>
      broker.decision(token, wishOf(profile)),
    );
    if (decision.outcome === 'allowed') {
      const { grant = '', roleArn = null } = decision;
      return { ...found('ok', `${grant} gives ${roleArn ?? ''}`), roleArn };
    }
    const choices = decision.choices ?? [];
    if (choices.length > 0) {
      const option = decision.error?.startsWith('Role') === true ? '--role-arn' : '--grant';
      return found('warn', `several apply: ${choices.join(', ')}`, `Choose one with ${option}.`);
    }
    const named = profile.grant === null ? 'no grant' : `grant "${profile.grant}" not`;
    return found(
      'warn',
      `${named} for this login (${decision.error ?? 'refused'})`,
      `Ask who reviews the grants, or sign in as somebody else: ${loginCommandOf(profile)}`,
    );
  } catch (error) {
    return found('fail', explainFailure(error).message);
  }
};
