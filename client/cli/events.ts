/** Events of the past once more, for operators: from the ledger, and from the queue of what failed. */
import { InvalidArgumentError, type Command } from 'commander';
import type { RedriveAnswer, ReplayAnswer } from '../../core/contracts/replay-answers.ts';
import { askApi } from './ask-api.ts';
import { examples, formatOf, type CommandModule, type Run } from './command.ts';
import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';
import { printOne } from './output.ts';
import type { Terminal } from './terminal.ts';

interface Place {
  readonly shard: number;
  readonly sequence: number;
}

interface ReplayOptions {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly after?: Place;
  readonly session?: string;
  readonly issuance?: string;
  readonly cursor?: string;
}

const placeOf = (text: string): Place => {
  const [, shard, sequence] = /^(\d{1,4}):(\d{1,12})$/.exec(text) ?? [];
  if (sequence === undefined) {
    throw new InvalidArgumentError('It must be shard:sequence, as in an event’s "ledger".');
  }
  return { shard: Number(shard), sequence: Number(sequence) };
};

const replay = async (
  terminal: Terminal,
  { session: sessionId, issuance: issuanceId, cursor: start, ...others }: ReplayOptions,
  command: Command,
): Promise<undefined> => {
  const range = { ...others, sessionId, issuanceId };
  const { from, after } = range;
  if ([from, after, sessionId, issuanceId].filter((each) => each !== undefined).length !== 1) {
    throw new CommandError(
      exitCodes.usage,
      'Say which: one of --from, --after, --session and --issuance.',
    );
  }
  let replayed = 0;
  let cursor = start ?? null;
  do {
    const { body } = await askApi(terminal, command, {
      method: 'POST',
      path: '/v1/replays',
      body: { ...range, ...(cursor === null ? {} : { cursor }) },
    }).catch((error: unknown) => {
      if (cursor !== null) {
        terminal.tell(`${String(replayed)} so far. To go on, add: --cursor ${cursor}`);
      }
      throw error;
    });
    const done = body as unknown as ReplayAnswer;
    replayed += done.replayed;
    ({ cursor } = done);
  } while (cursor !== null);
  printOne(terminal, formatOf(terminal, command), { replayed });
  return undefined;
};

/** As many requests without a record out of the queue would go on for ever. */
const redrive = async (
  terminal: Terminal,
  _: object,
  command: Command,
): Promise<number | undefined> => {
  let [replayed, chained] = [0, 0];
  let done: RedriveAnswer;
  do {
    const { body } = await askApi(terminal, command, { method: 'POST', path: '/v1/redrives' });
    done = body as unknown as RedriveAnswer;
    replayed += done.replayed;
    chained += done.chained;
  } while (!done.isDone && done.chained > 0);
  printOne(terminal, formatOf(terminal, command), {
    replayed,
    chained,
    unreadable: done.unreadable,
  });
  if (done.unreadable === 0) return undefined;
  terminal.tell(
    `${String(done.unreadable)} messages hold no record: docs/events.md says what to do with them.`,
  );
  return exitCodes.checkFailed;
};

const addReplay = (parent: Command, run: Run): void => {
  parent
    .command('replay')
    .description('tell the bus again what the ledger holds of a range, marked as replayed')
    .option('--from <time>', 'what happened from then on, as 2026-11-21T12:00:00Z')
    .option('--to <time>', 'and before then; now where it is left out')
    .option('--subject <id>', 'only of this subject, as issuerAlias:sub')
    .option(
      '--after <shard:sequence>',
      'all of one chain after the last event that you have',
      placeOf,
    )
    .option('--session <id>', 'one session and each time that it was handed out')
    .option('--issuance <id>', 'one hand-out or refusal')
    .option('--cursor <cursor>', 'where an earlier replay of this range was interrupted')
    .action(run(replay));
};

export const command: CommandModule = {
  define: (command, run) => {
    addReplay(command, run);
    command
      .command('redrive')
      .description('chain and tell what could not be for an hour, and empty the queue')
      .action(run(redrive));
    examples(
      command,
      'stepkey events replay --from 2026-11-21T12:00:00Z --to 2026-11-21T13:00:00Z',
      'stepkey events replay --from 2026-11-20T00:00:00Z --subject users:7f3a…',
      'stepkey events replay --after 3:1204',
      'stepkey events redrive',
    );
  },
};
