import { expect } from '@jest/globals';
import type { Fault } from './gate.ts';
import type { Answer, InProcessBroker } from './in-process-broker.ts';

type Case = ReturnType<InProcessBroker['newCase']>;

/** The broker answers before the gateway's patience ends, whatever hangs behind it. */
const patienceMillis = 24_000;
/** What an execution that died holds back: the lease of its entry. */
export const intervalMillis = 25_000;
/** A call upstream is made once, and at most once more when it went wrong. */
const upstreamCalls = ['exchange assumeRole', 'exchange obtain', 'identity register'] as const;
const mostCalls = 2;

const sessionsOf = async (broker: InProcessBroker, sessionId: unknown) => {
  const rows = await broker.aws.rows(`SESSION#${String(sessionId)}`);
  return {
    session: rows.find(({ sk }) => sk?.S === 'SESSION'),
    issuances: rows.filter(({ sk }) => sk?.S?.startsWith('ISSUANCE#')),
  };
};

/** What holds of every answer, whatever happened: throws as `expect` does. */
export const expectPromises = async (
  broker: InProcessBroker,
  answer: Answer,
  what: string,
): Promise<void> => {
  const about = (value: unknown) => ({ what, value });
  expect(about(answer.tookMillis > patienceMillis)).toEqual(about(false));
  expect(about(broker.keys.filter(({ hadRecord }) => !hadRecord))).toEqual(about([]));
  for (const name of upstreamCalls) {
    const { length } = broker.gate.passed.filter((passed) => passed === name);
    expect({ what, name, tooMany: length > mostCalls ? length : 0 }).toEqual({
      what,
      name,
      tooMany: 0,
    });
  }
  if (answer.status !== 200) {
    expect(about(answer.text)).toEqual(
      about(expect.not.stringMatching(/secret-\d|session-token-\d|open-id-token/)),
    );
    return;
  }
  const { sessionId, issuanceId, credentials } = answer.body;
  const { accessKeyId } = credentials as { accessKeyId: string };
  const { session, issuances } = await sessionsOf(broker, sessionId);
  // A record of the session, complete, and of this hand-out: from the key to both, and to the execution.
  expect(about(session)).toMatchObject(
    about({ status: { S: 'ACTIVE' }, accessKeyId: { S: accessKeyId } }),
  );
  expect(about(issuances)).toEqual(
    about(
      expect.arrayContaining([
        expect.objectContaining({ issuanceId: { S: issuanceId }, accessKeyId: { S: accessKeyId } }),
      ]),
    ),
  );
  const minted = broker.executions.find(({ name }) => name === sessionId);
  expect(about(minted?.states)).toEqual(
    about(expect.arrayContaining(['ValidateToken', 'MapRole', 'RecordIntent', 'RecordSession'])),
  );
};

/** Where the answer that was lost may have held a key: nobody has it then, and no row can name it. */
const mintsUnseen = /^(exchange assumeRole|AssumeMappedRole invoke|invoke|front StartSync)/;

/** Every key is in the row of a session, but one that nobody ever saw. */
const expectRecordedKeys = async (
  broker: InProcessBroker,
  what: string,
  before: number,
): Promise<void> => {
  const recorded = await Promise.all(
    broker.keys.slice(before).map(async ({ accessKeyId, sessionId }) => {
      const { session } = await sessionsOf(broker, sessionId);
      return session?.['accessKeyId']?.S === accessKeyId;
    }),
  );
  expect({ what, recorded }).toEqual({ what, recorded: recorded.map(() => true) });
};

/** Asks while something goes wrong, then when all is well again; both answers keep what was promised. */
export const askThroughFaults = async (
  broker: InProcessBroker,
  person: Case,
  what: string,
  faults: readonly Fault[],
): Promise<{ readonly answer: Answer; readonly struck: number }> => {
  const before = broker.keys.length;
  broker.gate.reset(...faults);
  const answer = await person.ask();
  await expectPromises(broker, answer, what);
  if (!mintsUnseen.test(what)) await expectRecordedKeys(broker, what, before);
  const struck = broker.gate.struck();
  broker.gate.reset();
  await broker.time.advance(intervalMillis);
  broker.gate.reset();
  const later = await person.ask();
  expect({ what, recovered: later.status, text: later.status === 200 ? '' : later.text }).toEqual({
    what,
    recovered: 200,
    text: '',
  });
  await expectPromises(broker, later, `${what}, and later`);
  return { answer, struck };
};
