/** The token to present: given from outside, or of a login that is renewed without anybody noticing. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readClaims } from '../token-claims.ts';
import {
  clientCredentialsToken,
  refreshTokens,
  UserPoolRefusal,
  UserPoolUnavailable,
  type AppClient,
} from '../user-pool.ts';
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';
import { withLock } from './file-lock.ts';
import { loginFileOf, readLogin, writeLogin, type Login } from './login-store.ts';
import { reasonOf } from './private-file.ts';
import type { Profile, SignInSettings } from './profile.ts';
import type { Terminal } from './terminal.ts';

/** ID tokens for credentials; access tokens for what needs a scope. A machine has access tokens only. */
export type TokenUse = 'id' | 'access';

export interface CurrentToken {
  readonly token: string;
  /** What credentials obtained with it are sealed with. */
  readonly sealingSecret: string;
  /** Whether it can be replaced when the broker does not take it. */
  readonly isRenewable: boolean;
}

/** Renewed when it has less left: enough for the longest request. */
const marginSeconds = 60;
/** A fresh token that is this far from now was signed by another clock. */
const toleratedSkewSeconds = 300;

export const loginCommandOf = ({ name }: Pick<Profile, 'name'>): string =>
  name === 'default' ? 'stepkey login' : `stepkey login --profile ${name}`;

export const appClientOf = (signIn: SignInSettings): AppClient => ({
  endpoint: signIn.userPoolEndpoint.replace(/\/+$/, ''),
  clientId: signIn.clientId,
  clientSecret: signIn.clientSecret,
});

const tokenOf = (login: Login, use: TokenUse): string =>
  use === 'id' ? (login.idToken ?? login.accessToken) : login.accessToken;

const secondsLeft = (token: string, nowEpochMillis: number): number =>
  (readClaims(token)?.expiresAtEpochSeconds ?? 0) - nowEpochMillis / 1000;

const notLoggedIn = (profile: Profile, what = 'You are not logged in'): CommandError =>
  new CommandError(exitCodes.notLoggedIn, `${what}; run: ${loginCommandOf(profile)}`);

const given = async (profile: Profile): Promise<CurrentToken | null> => {
  const { givenToken } = profile;
  if (givenToken === null) return null;
  let token: string;
  if ('text' in givenToken) {
    token = givenToken.text.trim();
  } else {
    // Read each time: what writes it may rotate it.
    token = await readFile(givenToken.file, 'utf8').then(
      (text) => text.trim(),
      (error: unknown) => {
        throw new CommandError(
          exitCodes.configuration,
          `The file of STEPKEY_TOKEN_FILE cannot be read: ${reasonOf(error)}.`,
        );
      },
    );
  }
  const bare = token.replace(/^Bearer\s+/i, '');
  // Bound to this very token: another one for the same person must prove itself to the broker first.
  return { token: bare, sealingSecret: bare, isRenewable: false };
};

/** @throws CommandError configuration when the fresh token shows that this machine's clock is wrong */
const requireSoundClock = (token: string, nowEpochMillis: number): void => {
  const issuedAt = readClaims(token)?.issuedAtEpochSeconds ?? null;
  if (issuedAt === null) return;
  const aheadSeconds = Math.round(nowEpochMillis / 1000 - issuedAt);
  if (Math.abs(aheadSeconds) <= toleratedSkewSeconds) return;
  throw new CommandError(
    exitCodes.configuration,
    `This machine's clock is ${String(Math.round(Math.abs(aheadSeconds) / 60))} minutes ${aheadSeconds > 0 ? 'ahead of' : 'behind'} the user pool's, so tokens cannot be judged; set the clock, then try again.`,
  );
};

const renew = async (
  profile: Profile,
  signIn: SignInSettings,
  login: Login | null,
): Promise<Login> => {
  const client = appClientOf(signIn);
  if (signIn.machine !== null) {
    if (client.clientSecret === null) {
      throw new CommandError(
        exitCodes.configuration,
        `Profile "${profile.name}" is a machine's and has no client secret; set STEPKEY_CLIENT_SECRET, or run: stepkey configure`,
      );
    }
    const { tokenEndpoint, scopes } = signIn.machine;
    const accessToken = await clientCredentialsToken(
      { clientId: client.clientId, clientSecret: client.clientSecret },
      tokenEndpoint,
      scopes,
    ).catch((error: unknown) => {
      if (!(error instanceof UserPoolRefusal)) throw error;
      throw new CommandError(
        exitCodes.notLoggedIn,
        `The user pool refused the client of profile "${profile.name}" (${error.code}); correct its id, secret and scopes with: stepkey configure`,
      );
    });
    return {
      format: 1,
      username: client.clientId,
      idToken: null,
      accessToken,
      refreshToken: null,
      sealingSecret: login?.sealingSecret ?? newSealingSecret(),
    };
  }
  if (login === null) throw notLoggedIn(profile);
  if (login.refreshToken === null) throw notLoggedIn(profile, 'Your login has ended');
  try {
    const fresh = await refreshTokens(client, login.username, login.refreshToken);
    return {
      ...login,
      idToken: fresh.idToken,
      accessToken: fresh.accessToken,
      // Present only where the app client rotates them.
      refreshToken: fresh.refreshToken ?? login.refreshToken,
    };
  } catch (error) {
    if (error instanceof UserPoolRefusal) throw notLoggedIn(profile, 'Your login has ended');
    throw error;
  }
};

export const newSealingSecret = (): string => randomBytes(32).toString('base64');

/**
 * @param rejected a token that the broker did not take: it is not given again
 * @throws CommandError notLoggedIn, configuration; UserPoolUnavailable when it cannot be renewed and is over
 */
export const currentToken = async (
  terminal: Terminal,
  profile: Profile,
  use: TokenUse,
  rejected: string | null = null,
): Promise<CurrentToken> => {
  const outside = await given(profile);
  if (outside !== null) return outside;
  const { signIn } = profile;
  if (signIn === null) {
    throw new CommandError(
      exitCodes.configuration,
      `Profile "${profile.name}" does not say where to sign in; set STEPKEY_TOKEN, or run: stepkey configure --profile ${profile.name} --user-pool-id <id> --client-id <id>`,
    );
  }
  const file = loginFileOf(terminal, profile);
  const usable = (login: Login | null, left: number): Login | null =>
    login !== null &&
    tokenOf(login, use) !== rejected &&
    secondsLeft(tokenOf(login, use), terminal.nowEpochMillis()) > left
      ? login
      : null;
  const asCurrent = (login: Login): CurrentToken => ({
    token: tokenOf(login, use),
    sealingSecret: login.sealingSecret,
    isRenewable: true,
  });

  const stored = await readLogin(file);
  const ready = usable(stored, marginSeconds);
  if (ready !== null) return asCurrent(ready);
  if (stored === null && signIn.machine === null) throw notLoggedIn(profile);
  return withLock(`${file}.lock`, async () => {
    // Another process may have renewed it meanwhile.
    const again = await readLogin(file);
    const readyNow = usable(again, marginSeconds);
    if (readyNow !== null) return asCurrent(readyNow);
    let fresh: Login;
    try {
      fresh = await renew(profile, signIn, again);
    } catch (error) {
      const last = usable(again, 5);
      if (error instanceof UserPoolUnavailable && last !== null) return asCurrent(last);
      throw error;
    }
    requireSoundClock(tokenOf(fresh, use), terminal.nowEpochMillis());
    // A token that cannot be kept still serves this once.
    await writeLogin(file, fresh).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
      terminal.tell(`The renewed login is not kept: ${error.message}`);
    });
    return asCurrent(fresh);
  });
};

/**
 * Which login's credentials may be served from the cache; a login that is there is not renewed for it.
 * Null for a token from outside that is over: nothing renews it, so what was obtained with it ends with it.
 * @throws as currentToken, where there is no login
 */
export const cacheOwner = async (
  terminal: Terminal,
  profile: Profile,
): Promise<{ readonly token: string; readonly sealingSecret: string } | null> => {
  const outside = await given(profile);
  if (outside !== null) {
    return secondsLeft(outside.token, terminal.nowEpochMillis()) > 0 ? outside : null;
  }
  const login = profile.signIn === null ? null : await readLogin(loginFileOf(terminal, profile));
  return login === null
    ? currentToken(terminal, profile, 'id')
    : { token: tokenOf(login, 'id'), sealingSecret: login.sealingSecret };
};
