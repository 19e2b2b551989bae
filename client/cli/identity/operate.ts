/** `stepkey identity show`, `link`, `adopt` and `merge`: with the operator's own rights at AWS. */
import type { Command } from 'commander';
import { StepkeyError } from '../../../core/errors.ts';
import {
  adopt as adoptIdentity,
  findings,
  link as linkIdentity,
  merge as mergeIdentities,
  planAdoption,
  planLink,
  planMerge,
  type MendingRecord,
  type Plan,
} from '../../../core/identity/mending.ts';
import { standingOf, type Findings } from '../../../core/identity/standing.ts';
import { askConfirmation } from '../ask-person.ts';
import { formatOf } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { printOne } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import type { ChangeOptions, PlaceOptions } from './options.ts';
import { findPlace, type Place } from './place.ts';
import { adviceOf, planLines, prefixOf, reasonWords } from './words.ts';

/** AWS's refusals are for the operator to mend; the catalogue's texts are for callers of the broker. */
const explained = (error: unknown): unknown => {
  if (!(error instanceof StepkeyError) && (error as Error).name !== 'CredentialsProviderError') {
    return error;
  }
  const { message } = (error instanceof StepkeyError ? (error.cause ?? error) : error) as Error;
  switch (error instanceof StepkeyError ? error.name : 'credentials') {
    case 'Identity.Conflict':
      return new CommandError(
        exitCodes.checkFailed,
        `It was changed meanwhile, or the identity pool will not have it so: ${message}. See: stepkey identity show`,
      );
    case 'Upstream.Throttled':
    case 'Upstream.Unavailable':
      return new CommandError(
        exitCodes.unavailable,
        `AWS does not answer: ${message}. Run it again.`,
      );
    case 'credentials':
      return new CommandError(
        exitCodes.configuration,
        `There are no AWS credentials for it: ${message}. Use an operator's, as with AWS_PROFILE.`,
      );
    default:
      return new CommandError(exitCodes.denied, `AWS refuses: ${message}`);
  }
};

const orExplained = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await work();
  } catch (error) {
    throw explained(error);
  }
};

const viewOf = (found: Findings) => {
  const { subject, registry, pool } = found;
  const standing = standingOf(found);
  return {
    subject,
    username: registry.username,
    standing,
    registryIdentityId: registry.identityId,
    registryLinked: registry.linked,
    registrationBegun: registry.registrationBegun,
    poolIdentityId: pool?.identityId ?? null,
    poolDeveloperLogins: pool?.developerLogins ?? [],
    poolOwnProviders: pool?.ownProviders ?? [],
    prefixes: [
      ...new Set(
        [registry.identityId, pool?.identityId].flatMap((id) => (id ? [prefixOf(id)] : [])),
      ),
    ],
    advice: adviceOf(standing, found),
  };
};

const inOrder = new Set(['unknown', 'linked', 'developer-only', 'awaits-login']);

export const show = async (
  terminal: Terminal,
  subject: string,
  options: PlaceOptions,
  command: Command,
): Promise<number> => {
  const place = await findPlace(terminal, options, command);
  const view = viewOf(await orExplained(() => findings(place, subject)));
  printOne(terminal, formatOf(terminal, command), view);
  return inOrder.has(view.standing) ? exitCodes.ok : exitCodes.checkFailed;
};

interface Change {
  readonly operation: MendingRecord['operation'];
  readonly subjects: readonly [string, ...string[]];
  readonly plan: (found: readonly Findings[]) => Plan;
  readonly carryOut: (
    place: Place,
    found: readonly Findings[],
    record: MendingRecord,
  ) => Promise<void>;
}

/** Finds out, says what will be, asks, does it, and shows what is. */
const change = async (
  terminal: Terminal,
  { operation, subjects, plan, carryOut }: Change,
  options: ChangeOptions,
  command: Command,
): Promise<undefined> => {
  const place = await findPlace(terminal, options, command);
  const findAll = () =>
    orExplained(() => Promise.all(subjects.map((subject) => findings(place, subject))));
  const found = await findAll();
  const planned = plan(found);
  if (planned.kind === 'refused') {
    throw new CommandError(exitCodes.checkFailed, reasonWords(planned));
  }
  if (planned.kind === 'nothing') terminal.tell(reasonWords(planned));
  else {
    for (const line of planLines(planned, subjects)) terminal.tell(line);
    const agreed =
      options.yes === true ||
      (await askConfirmation(terminal, 'Change it?', 'Nobody can be asked here; add --yes.'));
    if (!agreed) throw new CommandError(exitCodes.interrupted, 'Nothing was changed.');
    await orExplained(async () => {
      await carryOut(place, found, {
        operation,
        reason: options.reason,
        by: await place.operator(),
        atEpochSeconds: Math.floor(terminal.nowEpochMillis() / 1000),
      });
    });
  }
  const [after] = await findAll();
  if (after !== undefined) {
    printOne(terminal, formatOf(terminal, command), {
      ...viewOf(after),
      leftBehind: planned.kind === 'change' ? planned.leftBehind : null,
    });
  }
  return undefined;
};

type Operation = (
  terminal: Terminal,
  subject: string,
  options: ChangeOptions,
  command: Command,
) => Promise<undefined>;

/** One subject's findings, of a list that has them. */
const only = ([found]: readonly Findings[]): Findings => {
  if (found === undefined) throw new TypeError('no subject');
  return found;
};

export const link: Operation = (terminal, subject, options, command) =>
  change(
    terminal,
    {
      operation: 'link',
      subjects: [subject],
      plan: (found) => planLink(only(found)),
      carryOut: (place, found, record) => linkIdentity(place, only(found), record),
    },
    options,
    command,
  );

export const adopt: Operation = (terminal, subject, options, command) =>
  change(
    terminal,
    {
      operation: 'adopt',
      subjects: [subject],
      plan: (found) => planAdoption(only(found)),
      carryOut: (place, found, record) => adoptIdentity(place, only(found), record),
    },
    options,
    command,
  );

export const merge = (
  terminal: Terminal,
  subject: string,
  options: ChangeOptions & { readonly into: string },
  command: Command,
): Promise<undefined> =>
  change(
    terminal,
    {
      operation: 'merge',
      subjects: [subject, options.into],
      plan: (found) => planMerge(only(found), only(found.slice(1))),
      carryOut: (place, found, record) =>
        mergeIdentities(place, only(found), only(found.slice(1)), record),
    },
    options,
    command,
  );
