import type { Caller } from '../../core/contracts/caller.ts';

/** 21 November 2026, noon: the instant at which tests take place unless they say otherwise. */
export const noonEpochSeconds = 1_795_262_400;

export const readersRole = 'arn:aws:iam::123456789012:role/stepkey/stepkey-own-files';
export const redRole = 'arn:aws:iam::123456789012:role/stepkey/stepkey-by-role-red';
export const blueRole = 'arn:aws:iam::123456789012:role/stepkey/stepkey-by-role-blue';

/** A reader who signed in five minutes ago with the app. */
export const callerOf = (changes: Partial<Caller> = {}): Caller => ({
  subject: 'users:11111111-2222-4333-8444-555555555555',
  issuerAlias: 'users',
  sub: '11111111-2222-4333-8444-555555555555',
  username: 'rita',
  client: 'app',
  actor: null,
  tokenUse: 'id',
  kind: 'person',
  scopes: [],
  tokenId: 'jti-1',
  authTimeEpochSeconds: noonEpochSeconds - 300,
  expiresAtEpochSeconds: noonEpochSeconds + 3300,
  groups: ['readers'],
  roles: [],
  preferredRole: null,
  claims: {},
  ...changes,
});
