import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from '@jest/globals';
import { preparePython, run } from '../long/clients/python.ts';
import { synthesizeStepkey, temporaryDirectory } from '../stack/stepkey-templates.ts';

interface MachineProperties {
  DefinitionString?: unknown;
  DefinitionSubstitutions?: Readonly<Record<string, unknown>>;
}

/** Each machine as it is after its substitutions: cfn-lint reads the text before, and knows no number in JSONata. */
const substituted = (template: Readonly<Record<string, unknown>>): string => {
  const copy = structuredClone(template) as {
    Resources: Record<string, { Type: string; Properties: MachineProperties }>;
  };
  for (const { Type, Properties } of Object.values(copy.Resources)) {
    if (Type !== 'AWS::StepFunctions::StateMachine') continue;
    const { DefinitionString, DefinitionSubstitutions = {} } = Properties;
    if (typeof DefinitionString !== 'string') throw new TypeError('a machine without its text');
    Properties.DefinitionString = DefinitionString.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = DefinitionSubstitutions[name];
      if (name === 'Partition') return 'aws';
      if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
      return 'substituted';
    }).replaceAll(/"\{% (\d+) %\}"/g, '$1');
    delete Properties.DefinitionSubstitutions;
  }
  return JSON.stringify(copy);
};

const prepared = await preparePython(join(import.meta.dirname, 'requirements.txt'));
if (prepared.reason !== null) process.stderr.write(`cfn-lint is left out: ${prepared.reason}\n`);

const lint = async (files: readonly string[]): Promise<string> => {
  const { stdout, stderr } = await run(
    prepared.python ?? '',
    [
      '-c',
      'import sys; from cfnlint.runner import main; sys.exit(main())',
      '--non-zero-exit-code',
      'none',
      '--format',
      'parseable',
      '--',
      ...files,
    ],
    { env: process.env, timeoutMillis: 120_000 },
  );
  return stdout + stderr;
};
const errorsIn = (output: string): string[] =>
  output.split('\n').filter((line) => /:E\d{4}:|Error|error:/.test(line));

(prepared.python === null ? describe.skip : describe)('cfn-lint', () => {
  it('finds no error in the templates', async () => {
    const directory = temporaryDirectory();
    const { identity, broker, audit } = synthesizeStepkey();
    const files = Object.entries({ identity, broker, audit }).map(([name, template]) => {
      const file = join(directory, `${name}.json`);
      writeFileSync(file, substituted(template.toJSON()));
      return file;
    });
    expect(errorsIn(await lint(files))).toEqual([]);
  }, 180_000);

  it('is at work: it finds a role without its trust', async () => {
    const file = join(temporaryDirectory(), 'wrong.json');
    writeFileSync(file, JSON.stringify({ Resources: { Role: { Type: 'AWS::IAM::Role' } } }));
    expect(errorsIn(await lint([file])).join()).toMatch(/AssumeRolePolicyDocument/);
  }, 60_000);
});
