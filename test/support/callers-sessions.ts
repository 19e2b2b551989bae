import type { Decision } from '../../core/contracts/decision.ts';
import type { Session } from '../../core/contracts/session.ts';
import { decide } from '../../core/grants/decide.ts';
import type { CacheEntry } from '../../core/ports.ts';
import { callerOf, noonEpochSeconds } from './callers.ts';
import { decisionContextOf, identityId } from './grants.ts';

/** What the reader gets: own-files. */
export const decisionOf = (changes: Partial<Decision> = {}): Decision => ({
  ...decide(callerOf(), { grant: null, roleArn: null }, decisionContextOf()),
  ...changes,
});

export const secrets = {
  accessKeyId: 'ASIAEXAMPLE00000001',
  secretAccessKey: 'secret-access-key-of-the-reader',
  sessionToken: 'session-token-of-the-reader',
};

/** A session of the reader, minted ten minutes ago. */
export const sessionOf = (changes: Partial<Session> = {}): Session => {
  const { cacheKey, grant, roleArn, sessionName } = decisionOf();
  return {
    format: 1,
    sessionId: 'session-1',
    cacheKey,
    subject: callerOf().subject,
    client: 'app',
    actor: null,
    grant,
    identityId,
    roleArn,
    assumedRoleArn: `arn:aws:sts::123456789012:assumed-role/stepkey-own-files/${sessionName}`,
    epochs: { subject: 0, client: 0, grant: 0, everything: 0 },
    expiresAtEpochSeconds: noonEpochSeconds + 3000,
    executionArn: 'arn:aws:states:us-east-1:123456789012:express:issue-credentials:session-1:a',
    credentials: secrets,
    ...changes,
  };
};

/** The entry that the table would have of a session; what it seals is up to the sealer. */
export const entryOf = (session: Session, sealedSession: string): CacheEntry => ({
  sealedSession,
  sessionId: session.sessionId,
  identityId: session.identityId,
  expiresAtEpochSeconds: session.expiresAtEpochSeconds,
  epochs: session.epochs,
});
