/** Revoking, and restoring what was revoked; for people of the group operators and the client operator. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { RevocationAnswer } from '../../core/contracts/revocation-answers.ts';
import { BrokerError } from '../broker-error.ts';
import { askApi } from './ask-api.ts';
import { CommandError } from './command-error.ts';
import { examples, formatOf, type CommandModule, type Run } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { harmless, printMany, printOne } from './output.ts';
import type { Terminal } from './terminal.ts';

interface RevokeOptions {
  readonly reason: string;
  readonly suspend?: true;
}

/** One request about a revocation that there is. @throws CommandError usage where there is none of this id */
const askAbout = async (
  terminal: Terminal,
  command: Command,
  method: 'GET' | 'DELETE',
  revocationId: string,
): ReturnType<typeof askApi> => {
  const path = `/v1/revocations/${encodeURIComponent(revocationId)}`;
  try {
    return await askApi(terminal, command, { method, path });
  } catch (error) {
    if (!(error instanceof BrokerError) || error.status !== 404) throw error;
    throw new CommandError(
      exitCodes.usage,
      `There is no revocation ${harmless(revocationId)}; take its id from: stepkey revoke list`,
    );
  }
};

const revoke = async (
  terminal: Terminal,
  command: Command,
  target: object,
  { reason, suspend }: RevokeOptions,
): Promise<undefined> => {
  const { body } = await askApi(terminal, command, {
    method: 'POST',
    path: '/v1/revocations',
    body: { target, reason, ...(suspend ? { suspend } : {}) },
    // One order is one revocation, however often its answer is lost.
    headers: { 'Idempotency-Key': randomUUID() },
  });
  printOne(terminal, formatOf(terminal, command), body);
  terminal.tell(
    `The broker refuses at once; AWS denies within seconds, minutes at worst. See: stepkey revoke show ${String(body['revocationId'])}`,
  );
  return undefined;
};

const list = async (
  terminal: Terminal,
  { limit, cursor }: { readonly limit?: string; readonly cursor?: string },
  command: Command,
): Promise<undefined> => {
  const { body } = await askApi(terminal, command, {
    method: 'GET',
    path: '/v1/revocations',
    query: { limit, cursor },
  });
  const { revocations, nextCursor } = body as {
    revocations: readonly RevocationAnswer[];
    nextCursor?: string;
  };
  printMany(
    terminal,
    formatOf(terminal, command),
    ['revocationId', 'requestedAt', 'status', 'target', 'requestedBy', 'reason'],
    revocations.map((each) => ({
      revocationId: each.revocationId,
      requestedAt: each.requestedAt,
      status: each.status,
      target: each.target,
      requestedBy: each.requestedBy,
      reason: each.reason,
    })),
  );
  if (nextCursor !== undefined) terminal.tell(`More: stepkey revoke list --cursor ${nextCursor}`);
  return undefined;
};

const show = async (
  terminal: Terminal,
  revocationId: string,
  _: object,
  command: Command,
): Promise<undefined> => {
  const { body } = await askAbout(terminal, command, 'GET', revocationId);
  printOne(terminal, formatOf(terminal, command), body);
  return undefined;
};

const restore = async (
  terminal: Terminal,
  revocationId: string,
  _: object,
  command: Command,
): Promise<undefined> => {
  const { status, body } = await askAbout(terminal, command, 'DELETE', revocationId);
  if (status === 204) terminal.tell('It is restored already.');
  else printOne(terminal, formatOf(terminal, command), body);
  return undefined;
};

const addTarget = (
  parent: Command,
  run: Run,
  kind: 'subject' | 'client' | 'grant',
  summary: string,
): Command => {
  const command = parent
    .command(`${kind} <name>`)
    .description(summary)
    .requiredOption('-r, --reason <text>', 'why; part of the record');
  return command.action(
    run((terminal: Terminal, name: string, options: RevokeOptions, self: Command) =>
      revoke(terminal, self, { [kind]: name }, options),
    ),
  );
};

export const command: CommandModule = {
  define: (command, run) => {
    addTarget(command, run, 'subject', 'end what a person has, as issuerAlias:sub').option(
      '--suspend',
      'refuse later sign-ins too, until it is restored',
    );
    addTarget(command, run, 'client', 'stop an app client and end all that it obtained');
    addTarget(command, run, 'grant', 'stop a grant and end all its sessions');
    command
      .command('everything')
      .description('stop all issuing and end all sessions')
      .requiredOption('-r, --reason <text>', 'why; part of the record')
      .action(
        run((terminal: Terminal, options: RevokeOptions, self: Command) =>
          revoke(terminal, self, { everything: true }, options),
        ),
      );
    command
      .command('list')
      .description('all revocations, newest first')
      .option('--limit <number>', 'how many, 1–100')
      .option('--cursor <cursor>', 'where an earlier list ended')
      .action(run(list));
    command
      .command('show <id>')
      .description('what is done, and what is still propagating')
      .action(run(show));
    command
      .command('restore <id>')
      .description('take one revocation back; others stay in force')
      .action(run(restore));
    examples(
      command,
      'stepkey revoke subject users:7f3a… --reason "laptop stolen, case 4711"',
      'stepkey revoke list',
      'stepkey revoke restore 0193…',
    );
  },
};
