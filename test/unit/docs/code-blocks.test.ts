import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { addGlobalOptions, type Run } from '../../../client/cli/command.ts';
import { commands } from '../../../client/cli/commands.ts';
import { apiRoutes } from '../../../core/contracts/api-routes.ts';
import { blocksIn, root } from '../../support/docs.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('blocks of TypeScript', () => {
  const exportsOf: Readonly<Record<string, string>> = {
    stepkey: 'client/index.ts',
    'stepkey/cdk': 'stacks/index.ts',
    'stepkey/local': 'local/index.ts',
  };
  const parse = (file: string, text: string) =>
    ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const namesImported = (source: ts.SourceFile) =>
    source.statements.filter(ts.isImportDeclaration).flatMap((statement) => {
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      const bindings = statement.importClause?.namedBindings;
      return bindings && ts.isNamedImports(bindings)
        ? bindings.elements.map(
            ({ name, propertyName }) => [from, (propertyName ?? name).text] as const,
          )
        : [];
    });

  it.each(blocksIn('ts', 'tsx', 'js'))('%s parses, and imports what there is', (_, { code }) => {
    const { diagnostics = [] } = ts.transpileModule(code, {
      reportDiagnostics: true,
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
    });
    expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
    const missing = namesImported(parse('block.ts', code)).filter(([from, name]) => {
      const file = exportsOf[from];
      if (file === undefined) return from.startsWith('stepkey');
      return !new RegExp(`\\b${name}\\b`).test(readFileSync(join(root, file), 'utf8'));
    });
    expect(missing).toEqual([]);
  });
});

interface Words {
  readonly options: ReadonlySet<string>;
  readonly subcommands: ReadonlyMap<string, Words>;
}

const noRun: Run = () => () => Promise.resolve();
const wordsOf = (command: Command, shared: readonly string[]): Words => ({
  options: new Set([
    ...shared,
    ...command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']),
  ]),
  subcommands: new Map(command.commands.map((sub) => [sub.name(), wordsOf(sub, shared)])),
});
const shared = [
  ...addGlobalOptions(new Command('stepkey')).options.flatMap(({ long, short }) => [
    long ?? '',
    short ?? '',
  ]),
  '--help',
  '--version',
];
const known = new Map<string, Words>();
for (const { name, load } of commands) {
  const command = new Command(name);
  (await load()).command.define(command, noRun, commands);
  known.set(name, wordsOf(command, shared));
}

/** What is called in a line, each with its own words: continuation lines joined, comments and what follows ` -- ` left out. */
const callsIn = (code: string, program: string): readonly (readonly string[])[] =>
  code
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''))
    .flatMap((line) => line.split(/&&|\|\||[;|()]|\$\(/))
    .map((part) => (part.split(/\s--\s/)[0] ?? '').trim().split(/\s+/))
    .map((words) => (words[0] === 'npx' ? words.slice(1) : words))
    .filter(([first]) => first === program)
    .map((words) => words.slice(1));

const faultsOf = (words: readonly string[]): readonly string[] => {
  const [name = '', ...rest] = words;
  if (name.startsWith('-')) return shared.includes(name) ? [] : [name];
  const top = known.get(name);
  if (top === undefined) return [name];
  const sub = top.subcommands.get(rest[0] ?? '');
  const options = new Set([...top.options, ...(sub?.options ?? [])]);
  const asked = rest.flatMap((word) => {
    const [flag = ''] = word.replace(/^[['"]+|[\]'",]+$/g, '').split('=');
    return /^--?[a-z]/.test(flag) ? [flag] : [];
  });
  return asked.filter((flag) => !options.has(flag)).map((flag) => `${name} ${flag}`);
};

describe('command lines', () => {
  const shell = blocksIn('sh', 'bash', 'shell', 'yaml');

  it.each(shell)('%s calls commands of stepkey with options that they have', (_, { code }) => {
    expect(callsIn(code, 'stepkey').flatMap(faultsOf)).toEqual([]);
  });

  it.each(shell)('%s runs scripts that there are', (_, { code }) => {
    const asked = callsIn(code, 'npm')
      .filter(([verb]) => verb === 'run')
      .map((words) => words.find((word, index) => index > 0 && !word.startsWith('-')) ?? '');
    expect(asked.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it.each(shell)('%s asks routes of the API by methods that they have', (_, { code }) => {
    const faults = callsIn(code, 'curl')
      .map((words) => words.join(' '))
      .filter((line) => line.includes('/v1/'))
      .filter((line) => {
        const path = /\/v1\/[\w{}$/.-]*/.exec(line)?.[0] ?? '';
        const method =
          / -X ?([A-Z]+)/.exec(line)?.[1] ?? (/ (-d|--data\S*) /.test(line) ? 'POST' : 'GET');
        return !apiRoutes.some(
          (route) =>
            route.method === method &&
            new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
        );
      });
    expect(faults).toEqual([]);
  });

  it('find a fault where there is one', () => {
    expect(faultsOf(['login', '--pasword-stdin'])).toEqual(['login --pasword-stdin']);
    expect(faultsOf(['logn'])).toEqual(['logn']);
    expect(callsIn('npm ci && npx stepkey login --x # a', 'stepkey')).toEqual([['login', '--x']]);
  });
});

it('every block says its language', () => {
  const silent = blocksIn('').map(([place]) => place);
  expect(silent).toEqual([]);
});
