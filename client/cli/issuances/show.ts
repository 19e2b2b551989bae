import type { Command } from 'commander';
import type {
  LedgerRecord,
  LedgerSession,
  SessionSteps,
} from '../../../core/contracts/ledger-answers.ts';
import { BrokerError } from '../../broker-error.ts';
import { askApi } from '../ask-api.ts';
import { CommandError } from '../command-error.ts';
import { formatOf, type Run } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printTrace } from '../grant-trace.ts';
import { harmless, printMany, printOne } from '../output.ts';
import type { Terminal } from '../terminal.ts';

/** For a reader: what there is, without what there is not. */
const told = (entry: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));

const show = async (
  terminal: Terminal,
  id: string,
  _: object,
  command: Command,
): Promise<undefined> => {
  const get = async (path: string): Promise<unknown> =>
    (await askApi(terminal, command, { method: 'GET', path })).body;
  const path = `/v1/issuances/${encodeURIComponent(id)}`;
  const record = await get(path).then(
    (body) => body as LedgerRecord,
    (error: unknown) => {
      if (!(error instanceof BrokerError) || error.status !== 404) throw error;
      throw new CommandError(
        exitCodes.usage,
        `There is no hand-out or refusal ${harmless(id)}; take its id from: stepkey issuances list`,
      );
    },
  );
  const session =
    record.sessionId === null
      ? null
      : ((await get(`/v1/sessions/${encodeURIComponent(record.sessionId)}`)) as LedgerSession);
  // What the front refuses by itself has no execution, and so no steps.
  const steps = await get(`${path}/steps`).then(
    (body) => body as SessionSteps,
    (error: unknown) => {
      if (error instanceof BrokerError && error.status === 404) return null;
      throw error;
    },
  );
  const format = formatOf(terminal, command);
  if (format === 'json') {
    printOne(terminal, format, { record, session, steps });
    return undefined;
  }
  const { tried, triedLeftOut, ...facts } = record;
  printOne(terminal, format, told(facts));
  if (tried !== null && tried.length > 0) {
    printTrace(terminal, format, tried);
    if (triedLeftOut > 0) terminal.tell(`${String(triedLeftOut)} more grants refused.`);
  }
  if (session !== null) {
    terminal.out('\n');
    printOne(terminal, format, {
      ...told(session),
      issuances: session.issuances.map((each) => each.id),
    });
  }
  if (steps === null) {
    terminal.tell('The broker answered without an execution.');
    return undefined;
  }
  terminal.out('\n');
  printMany(
    terminal,
    format,
    ['state', 'type', 'enteredAt', 'durationMillis', 'retries', 'error'],
    steps.steps,
  );
  if (steps.refusedIn !== null) terminal.tell(`The execution ended in ${steps.refusedIn}.`);
  if (steps.reason !== null) terminal.tell(steps.reason);
  return undefined;
};

export const addShow = (parent: Command, run: Run): void => {
  parent
    .command('show <id>')
    .description('one of them, with its session and the steps of its execution')
    .action(run(show));
};
