import type { Decision } from '../contracts/decision.ts';
import type { Epochs, Session } from '../contracts/session.ts';
import { StepkeyError } from '../errors.ts';
import { sameEpochs } from '../revocation.ts';
import { parseStrictJson } from '../strict-json.ts';

/** What an opener demands of a session before it uses the credentials. */
export interface SessionBinding {
  readonly decision: Decision;
  readonly subject: string;
  readonly client: string;
  readonly actor: string | null;
  readonly sessionId: string;
  /** The one on record; null as for the epochs. */
  readonly identityId: string | null;
  /** Those in force; null for a session that the machine has just confirmed against the table itself. */
  readonly epochs: Epochs | null;
}

/**
 * Reads a session that was opened, and demands that it is the expected one: an entry that was moved to
 * another key, or put back after a revocation, opens but is not used.
 * @throws Sealing.Failed when it is another session or not one at all
 */
export const readSession = (plaintext: string, expected: SessionBinding): Session => {
  // control SEC-04
  const session = parseSession(plaintext);
  if (
    session?.cacheKey !== expected.decision.cacheKey ||
    session.sessionId !== expected.sessionId ||
    session.subject !== expected.subject ||
    session.client !== expected.client ||
    session.actor !== expected.actor ||
    session.grant !== expected.decision.grant ||
    session.roleArn !== expected.decision.roleArn ||
    (expected.identityId !== null && session.identityId !== expected.identityId) ||
    (expected.epochs !== null && !sameEpochs(session.epochs, expected.epochs))
  ) {
    throw new StepkeyError('Sealing.Failed');
  }
  return session;
};

/** Null for what is not a session of this format. A syntax error is dropped: it quotes the text that it met. */
const parseSession = (plaintext: string): Session | null => {
  const value = parseStrictJson(plaintext) as Partial<Session> | null | undefined;
  return value?.format === 1 &&
    typeof value.epochs === 'object' &&
    (value.epochs as unknown) !== null
    ? (value as Session)
    : null;
};
