import type {
  LedgerRecord,
  LedgerSession,
  LedgerSubject,
  SessionSteps,
} from '../../core/contracts/ledger-answers.ts';
import { timeOf } from '../../core/contracts/time.ts';
import { StepkeyError } from '../../core/errors.ts';
import { recordOfLink, type Link } from '../../core/ledger/link.ts';
import { listingOf } from '../../core/ledger/listing.ts';
import { stepsOfEvents } from '../../core/ledger/steps.ts';
import type { AuditContext, AuditPorts } from './auditor.ts';
import { describeLiveSession, describeSession, executionOf } from './describe.ts';
import { describeAll, listIssuances } from './list-issuances.ts';

/** The longest that a session may be. */
const longestSessionSeconds = 43_200;
const liveSessionsRead = 100;
const recentOfSubject = 20;
const handOutsOfSession = 100;

const nowEpochSeconds = (ports: AuditPorts): number =>
  Math.floor(ports.clock.nowEpochMillis() / 1000);

/** The record of that id that lists show: an issuance, a denial, or a session that was not handed out. */
const findListed = async (ports: AuditPorts, id: string): Promise<Link> => {
  for (const kind of ['issuance', 'denial', 'session'] as const) {
    const links = await ports.reader.readRecord(kind, id);
    const listed = links.find((link) => (listingOf(recordOfLink(link))?.outcome ?? null) !== null);
    if (listed !== undefined) return listed;
  }
  throw new StepkeyError('Request.NotFound');
};

/** @throws Request.NotFound */
export const showIssuance = async (ports: AuditPorts, id: string): Promise<LedgerRecord> => {
  const [record] = await describeAll(ports.reader, [await findListed(ports, id)]);
  if (record === undefined) throw new StepkeyError('Request.NotFound');
  return record;
};

/** @throws Request.NotFound */
export const showSession = async (ports: AuditPorts, id: string): Promise<LedgerSession> => {
  const row = await readSession(ports, id);
  const { accessKeyId } = row;
  // An access key id is of one session, so that its list is the session's.
  const { links } =
    typeof accessKeyId === 'string' && accessKeyId !== '-'
      ? await ports.reader.list({
          filters: { accessKeyId },
          outcome: null,
          fromEpochSeconds: null,
          toEpochSeconds: null,
          before: null,
          limit: handOutsOfSession,
        })
      : { links: [] };
  const handOuts = links.filter((link) => recordOfLink(link).kind === 'issuance');
  return describeSession(id, row, (await describeAll(ports.reader, handOuts)).reverse());
};

const readSession = async (ports: AuditPorts, id: string) => {
  const row = (await ports.reader.readSessions([id])).get(id);
  if (row === undefined) throw new StepkeyError('Request.NotFound');
  return row;
};

/** The steps of the execution that minted a session. @throws Request.NotFound */
export const showSessionSteps = async (ports: AuditPorts, id: string): Promise<SessionSteps> =>
  readSteps(ports, executionOf(await readSession(ports, id), 'startedAtEpochSeconds'));

/**
 * The steps of the execution that handed out or refused; of one that the front served, those of the mint.
 * @throws Request.NotFound where no execution was: the front refuses before it starts one
 */
export const showIssuanceSteps = async (ports: AuditPorts, id: string): Promise<SessionSteps> => {
  const { data, atEpochSeconds } = recordOfLink(await findListed(ports, id));
  const own = executionOf({ ...data, atEpochSeconds }, 'atEpochSeconds');
  const sessionId = data['sessionId'];
  return own === null && typeof sessionId === 'string'
    ? showSessionSteps(ports, sessionId)
    : readSteps(ports, own);
};

const readSteps = async (
  ports: AuditPorts,
  execution: ReturnType<typeof executionOf>,
): Promise<SessionSteps> => {
  if (execution === null) throw new StepkeyError('Request.NotFound');
  const { executionArn, aroundEpochSeconds } = execution;
  const { events, cutShort } = await ports.executionLog.read(executionArn, aroundEpochSeconds);
  return stepsOfEvents(executionArn, events, cutShort);
};

/**
 * @param id a subject's; or its `sub` alone, as a role's session is named in CloudTrail: then of whichever user pool knows it
 * @throws Request.NotFound where nothing is known of such a subject
 */
export const showSubject = async (
  ports: AuditPorts,
  id: string,
  auditor: string,
  { userPools }: Pick<AuditContext, 'userPools'>,
): Promise<LedgerSubject> => {
  const subjects = id.includes(':') ? [id] : userPools.map(({ alias }) => `${alias}:${id}`);
  for (const subject of subjects) {
    const found = await findSubject(ports, subject, auditor);
    if (found !== null) return found;
  }
  throw new StepkeyError('Request.NotFound');
};

const findSubject = async (
  ports: AuditPorts,
  subject: string,
  auditor: string,
): Promise<LedgerSubject | null> => {
  const now = nowEpochSeconds(ports);
  const [row, minted, last] = await Promise.all([
    ports.reader.readSubject(subject),
    ports.reader.listSessionsOf(subject, now - longestSessionSeconds, liveSessionsRead),
    listIssuances(ports, { subject, limit: recentOfSubject }, auditor),
  ]);
  if (row === null && last.records.length === 0) return null;
  const sessions = await ports.reader.readSessions(
    minted.links.map((link) => recordOfLink(link).id),
  );
  const live = [...sessions]
    .flatMap(([id, session]) => describeLiveSession(id, session, now) ?? [])
    .sort((left, right) => (left.expiresAt < right.expiresAt ? 1 : -1));
  const identityId = row?.['identityId'];
  const revokedBefore = Number(row?.['revokedBeforeEpochSeconds'] ?? 0);
  return {
    subject,
    identityId: typeof identityId === 'string' ? identityId : null,
    linked: row?.['linked'] === 1,
    revocation: {
      epoch: Number(row?.['epoch'] ?? 0),
      revokedBefore: revokedBefore > 0 ? timeOf(revokedBefore) : null,
      suspended: Number(row?.['suspended'] ?? 0) > 0,
    },
    liveSessions: live,
    liveSessionsComplete: minted.next === null,
    recent: last.records,
  };
};
