import { readFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { addGrantOptions, examples, flagsOf, formatOf, type CommandModule } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { findProfile } from './find-profile.ts';
import { checkBroker, checkClock } from './health/broker.ts';
import { checkDeveloperLogin } from './health/developer-login.ts';
import { toldOf, type Finding, type ToldFinding } from './health/finding.ts';
import { checkGrant, checkLogin } from './health/login.ts';
import { checkState } from './health/state.ts';
import { explainFailure } from './explain-failure.ts';
import { harmless, printMany } from './output.ts';
import { awsConfigFileOf, configFileOf } from './places.ts';
import type { Profile } from './profile.ts';
import type { Terminal } from './terminal.ts';

const checkAwsProfile = async (terminal: Terminal, { name }: Profile): Promise<Finding> => {
  const file = awsConfigFileOf(terminal);
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.includes(`credential-process --profile ${name}`)
    ? { check: 'aws-profile', level: 'ok', message: `${file} has one for this profile` }
    : {
        check: 'aws-profile',
        level: 'warn',
        message: `${file} has none for this profile, and the AWS CLI needs one`,
        mend: `Write it: stepkey configure --profile ${name}`,
      };
};

interface DoctorOptions {
  readonly live?: true;
  readonly deployment?: string;
}

/** What is seen from this machine with its login. Returns the role that the broker would give, which the deployment must have. */
const findingsOfLogin = async function* (
  terminal: Terminal,
  profile: Profile,
  isLive: boolean,
): AsyncGenerator<Finding, string | null> {
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
  let decidedRoleArn: string | null = null;
  if (login.level !== 'fail' && broker.finding.level !== 'fail') {
    const { finding, roleArn } = await checkGrant(terminal, profile);
    yield finding;
    decidedRoleArn = roleArn;
    if (isLive) yield await checkDeveloperLogin(terminal, profile);
  }
  yield await checkAwsProfile(terminal, profile);
  return decidedRoleArn;
};

const findings = async function* (
  terminal: Terminal,
  { live, deployment }: DoctorOptions,
  command: Command,
): AsyncGenerator<Finding> {
  let decidedRoleArn: string | null = null;
  let api: string | null = null;
  try {
    const profile = await findProfile(terminal, flagsOf(command));
    ({ api } = profile);
    decidedRoleArn = yield* findingsOfLogin(terminal, profile, live === true);
  } catch (error) {
    yield { check: 'configuration', level: 'fail', message: explainFailure(error).message };
  }
  if (deployment === undefined) return;
  // The clients of AWS are loaded only for whoever asks for it.
  const { checkDeployment, readDeployed } = await import('./health/deployment/index.ts');
  const deployed = await readDeployed(deployment);
  let isSound = true;
  for await (const finding of checkDeployment(deployed, decidedRoleArn)) {
    isSound &&= finding.level !== 'fail';
    yield finding;
  }
  if (live !== true) return;
  if (!isSound) {
    terminal.tell('What is assumed of AWS is shown only once the deployment itself is sound.');
    return;
  }
  const { prove } = await import('./health/live/prove.ts');
  yield* prove(deployed, api, (name, error) => {
    terminal.tell(`Something named ${name}… stayed behind: ${(error as Error).message}`);
  });
};

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;
const columns = ['level', 'check', 'message', 'mend'];
const checkWidth = 17;

const doctor = async (
  terminal: Terminal,
  options: DoctorOptions,
  command: Command,
): Promise<number> => {
  const all: ToldFinding[] = [];
  const format = formatOf(terminal, command);
  const isColoured = terminal.isOutputTty && !terminal.env['NO_COLOR'];
  for await (const finding of findings(terminal, options, command)) {
    const told = toldOf(finding);
    all.push(told);
    if (format !== 'table') continue;
    const level = told.level.padEnd(4);
    const shown = isColoured ? styleText(colours[told.level], level) : level;
    const sentences = [told.message.replace(/\.$/, ''), ...(told.mend === null ? [] : [told.mend])];
    terminal.out(`${shown}  ${told.check.padEnd(checkWidth)}  ${harmless(sentences.join('. '))}\n`);
  }
  if (format !== 'table') printMany(terminal, format, columns, all);
  return all.some(({ level }) => level === 'fail') ? exitCodes.checkFailed : exitCodes.ok;
};

export const command: CommandModule = {
  define: (command, run) => {
    addGrantOptions(command)
      .option(
        '--deployment <file>',
        "also look at what the deployment is made of, with an operator's AWS credentials: a twin's endpoints.json, or the file of cdk deploy --outputs-file",
      )
      .option(
        '--live',
        'also obtain credentials once without the ID token; with --deployment show everything that the twin assumes of AWS, with people, roles and machines made for it and taken away again',
      )
      .action(run(doctor));
    examples(
      command,
      'stepkey doctor',
      'stepkey doctor --deployment .stepkey/endpoints.json',
      'AWS_PROFILE=operator stepkey doctor --deployment outputs.json --output markdown',
      'stepkey doctor --grant own-files --live',
      'AWS_PROFILE=sandbox-admin stepkey doctor --deployment outputs.json --live',
    );
  },
};
