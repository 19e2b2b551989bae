import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

describe('the workflow on GitHub', () => {
  const workflow = read('.github/workflows/ci.yml');

  it('runs what is run everywhere, and nothing beside it', () => {
    expect([...workflow.matchAll(/run: (.+)/g)].map(([, command]) => command)).toEqual(['.ci/run']);
  });

  it('takes actions by the hash of a commit, with the version beside it', () => {
    const uses = [...workflow.matchAll(/uses: (.+)/g)].map(([, action = '']) => action);
    expect(uses.length).toBeGreaterThan(1);
    for (const action of uses)
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('may read the repository and nothing more', () => {
    expect(workflow).toMatch(/^permissions:\n {2}contents: read\n\S/m);
  });

  it('includes the least Node that the package takes', () => {
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    expect(workflow).toContain(`'${engines.node.replace('>=', '')}'`);
  });
});

describe('the workflow of the night', () => {
  const workflow = read('.github/workflows/nightly.yml');

  it('runs what takes too long for every change: the mutants of core and of every right, the soak, the audit of all packages', () => {
    const commands = [...workflow.matchAll(/run: (.+)/g)].map(([, command]) => command);
    expect(commands.filter((command) => command !== 'npm ci')).toEqual([
      'npm run test:mutation',
      'npm run test:rights',
      'npm run test:soak',
      'npm audit --package-lock-only',
    ]);
  });

  it('takes actions by the hash of a commit, and may read the repository and nothing more', () => {
    const uses = [...workflow.matchAll(/uses: (.+)/g)].map(([, action = '']) => action);
    expect(uses.length).toBeGreaterThan(1);
    for (const action of uses)
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(workflow).toMatch(/^permissions:\n {2}contents: read\n\S/m);
  });
});

describe('the updates', () => {
  it('are looked for among packages and actions', () => {
    const ecosystems = read('.github/dependabot.yml').matchAll(/package-ecosystem: (.+)/g);
    expect([...ecosystems].map(([, name]) => name)).toEqual(['npm', 'github-actions']);
  });
});

describe('the examples', () => {
  const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it('are each told of, and run by the tests that CI runs', () => {
    const told = read('examples/README.md');
    const run = read('test/long/examples.test.ts') + read('test/support/examples.ts');
    expect(examples.length).toBeGreaterThanOrEqual(5);
    expect(examples.filter((name) => !told.includes(`[${name}](${name}/`))).toEqual([]);
    expect(examples.filter((name) => !new RegExp(`examples'?[/,] ?'?${name}`).test(run))).toEqual(
      [],
    );
    expect(read('.ci/run')).toContain('npm run test:long');
  });
});
