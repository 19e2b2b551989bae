import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { addGrantOptions, examples, flagsOf, formatOf, type CommandModule } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import { checkBroker, checkClock } from './health/broker.ts';
import { checkDeveloperLogin } from './health/developer-login.ts';
import type { Finding } from './health/finding.ts';
import { checkGrant, checkLogin } from './health/login.ts';
import { checkState } from './health/state.ts';
import { explainFailure } from './explain-failure.ts';
import { printMany } from './output.ts';
import { awsConfigFileOf, configFileOf } from './places.ts';
import type { Profile } from './profile.ts';
import type { Terminal } from './terminal.ts';

const checkAwsProfile = async (terminal: Terminal, { name }: Profile): Promise<Finding> => {
  const file = awsConfigFileOf(terminal);
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.includes(`credential-process --profile ${name}`)
    ? { check: 'AWS profile', level: 'ok', message: `${file} has one for this profile` }
    : {
        check: 'AWS profile',
        level: 'warn',
        message: `${file} has none for this profile; the AWS CLI needs one: stepkey configure --profile ${name}`,
      };
};

const findings = async function* (
  terminal: Terminal,
  profile: Profile,
  isLive: boolean,
): AsyncGenerator<Finding> {
  yield {
    check: 'configuration',
    level: 'ok',
    message: `profile "${profile.name}" of ${configFileOf(terminal)}`,
  };
  yield await checkState(terminal);
  const broker = await checkBroker(profile);
  yield broker.finding;
  yield checkClock(broker.dateEpochMillis, terminal.nowEpochMillis());
  const login = await checkLogin(terminal, profile);
  yield login;
  if (login.level !== 'fail' && broker.finding.level !== 'fail') {
    yield await checkGrant(terminal, profile);
    if (isLive) yield await checkDeveloperLogin(terminal, profile);
  }
  yield await checkAwsProfile(terminal, profile);
};

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

const doctor = async (
  terminal: Terminal,
  { live }: { readonly live?: true },
  command: Command,
): Promise<number> => {
  const all: Finding[] = [];
  const format = formatOf(terminal, command);
  const isColoured = terminal.isOutputTty && !terminal.env['NO_COLOR'];
  const show = (finding: Finding): void => {
    all.push(finding);
    if (format !== 'table') return;
    const level = finding.level.padEnd(4);
    const shown = isColoured ? styleText(colours[finding.level], level) : level;
    terminal.out(`${shown}  ${finding.check.padEnd(15)}  ${finding.message}\n`);
  };
  try {
    const profile = await findProfile(terminal, flagsOf(command));
    for await (const finding of findings(terminal, profile, live === true)) show(finding);
  } catch (error) {
    show({ check: 'configuration', level: 'fail', message: explainFailure(error).message });
  }
  if (format !== 'table') printMany(terminal, format, ['level', 'check', 'message'], all);
  return all.some(({ level }) => level === 'fail') ? exitCodes.checkFailed : exitCodes.ok;
};

export const command: CommandModule = {
  define: (command, run) => {
    addGrantOptions(command)
      .option(
        '--live',
        'also obtain credentials once without the ID token, which shows that the developer login alone is enough',
      )
      .action(run(doctor));
    examples(command, 'stepkey doctor', 'stepkey doctor --grant own-files --live');
  },
};
