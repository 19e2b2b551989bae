import { describe, expect, it } from '@jest/globals';

import type { Session } from '../../../../core/contracts/session.ts';
import { readSession, type SessionBinding } from '../../../../core/session/session-seal.ts';
import { callerOf, redRole } from '../../../support/callers.ts';
import { identityId } from '../../../support/grants.ts';
import { decisionOf, secrets, sessionOf } from '../../../support/callers-sessions.ts';
import { refusalOf } from '../../../support/refusal.ts';

const epochs = { subject: 0, client: 0, grant: 0, everything: 0 };
const bindingOf = (changes: Partial<SessionBinding> = {}): SessionBinding => ({
  decision: decisionOf(),
  subject: callerOf().subject,
  client: 'app',
  actor: null,
  sessionId: 'session-1',
  identityId,
  epochs,
  ...changes,
});
const refusalFor = (session: unknown, binding = bindingOf()) =>
  refusalOf(() => readSession(JSON.stringify(session), binding)).name;

describe('[SEC-04] a session that was opened', () => {
  it('is used when it is the expected one', () => {
    expect(readSession(JSON.stringify(sessionOf()), bindingOf())).toEqual(sessionOf());
  });

  it.each<[string, Partial<Omit<Session, 'format'>> & { format?: number }]>([
    ['format', { format: 2 }],
    ['cache key', { cacheKey: '0'.repeat(64) }],
    ['id', { sessionId: 'session-2' }],
    ['subject', { subject: 'users:somebody-else' }],
    ['client', { client: 'cli' }],
    ['actor', { actor: 'batch' }],
    ['grant', { grant: 'team-read' }],
    ['role', { roleArn: redRole }],
    ['identity', { identityId: 'us-east-1:00000000-0000-0000-0000-000000000000' }],
    ['counter of the subject', { epochs: { ...epochs, subject: 1 } }],
    ['counter of the client', { epochs: { ...epochs, client: 1 } }],
    ['counter of the grant', { epochs: { ...epochs, grant: 1 } }],
    ['counter of everything', { epochs: { ...epochs, everything: 1 } }],
  ])('is not used when only its %s is another', (_, change) => {
    expect(refusalFor({ ...sessionOf(), ...change })).toBe('Sealing.Failed');
  });

  it.each<[string, Partial<SessionBinding>]>([
    ['cache key', { decision: decisionOf({ cacheKey: '0'.repeat(64) }) }],
    ['grant', { decision: decisionOf({ grant: 'team-read' }) }],
    ['role', { decision: decisionOf({ roleArn: redRole }) }],
    ['subject', { subject: 'users:somebody-else' }],
    ['client', { client: 'cli' }],
    ['id', { sessionId: 'session-2' }],
    ['counter', { epochs: { ...epochs, everything: 1 } }],
  ])('is not used when another %s is expected', (_, change) => {
    expect(refusalFor(sessionOf(), bindingOf(change))).toBe('Sealing.Failed');
  });

  it.each(['format', 'cacheKey', 'sessionId', 'subject', 'client', 'grant', 'roleArn'])(
    'is not used without %s',
    (name) => {
      const session = Object.fromEntries(
        Object.entries(sessionOf()).filter(([key]) => key !== name),
      );
      expect(refusalFor(session)).toBe('Sealing.Failed');
    },
  );

  it.each([undefined, null, 1, 'epochs'])(
    'is not used with %j for its counters, even where the machine confirmed them',
    (broken) => {
      const session = { ...sessionOf(), epochs: broken };
      expect(refusalFor(session, bindingOf({ epochs: null }))).toBe('Sealing.Failed');
    },
  );

  it('keeps to the counters that the machine confirmed, where it did', () => {
    const session = sessionOf({ epochs: { ...epochs, subject: 9 } });
    expect(readSession(JSON.stringify(session), bindingOf({ epochs: null }))).toEqual(session);
  });

  it.each([
    ['nothing', ''],
    ['a part of one', JSON.stringify(sessionOf()).slice(0, -1)],
    ['a text', '"session"'],
    ['a number', '1'],
    ['a list', '[]'],
    ['an empty object', '{}'],
  ])('is not used when it is %s', (_, plaintext) => {
    expect(refusalOf(() => readSession(plaintext, bindingOf())).name).toBe('Sealing.Failed');
  });

  it('leaves no secret in the refusal', () => {
    const plaintext = `${JSON.stringify(sessionOf())}!`;
    const refusal = refusalOf(() => readSession(plaintext, bindingOf()));
    expect(refusal.cause).toBeUndefined();
    expect(String(refusal.stack)).not.toContain(secrets.secretAccessKey);
  });
});

describe('[SEC-04] a text that is no session', () => {
  it.each(['null', '{}', '[]', '{"format":1}', '{"format":1,"epochs":null}', '{', '"text"'])(
    'is not used: %s',
    (text) => {
      expect(refusalOf(() => readSession(text, bindingOf())).name).toBe('Sealing.Failed');
    },
  );
});
