import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { blocksIn, root } from '../../support/docs.ts';

const run = promisify(execFile);
const tsc = join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');

/** What stands in a reader's own code around the blocks. */
const around = `
declare const stack: import('aws-cdk-lib').Stack;
declare const userPools: import('stepkey/cdk').CredentialBrokerProps['userPools'];
declare const api: string;
declare const readIdToken: () => Promise<string>;
`;

/** Strict, but without what only this repository asks of its own code. */
const config = {
  extends: '../../tsconfig.json',
  compilerOptions: { noPropertyAccessFromIndexSignature: false, types: ['node'] },
  // The declarations of packages that have none of their own, which the package's sources need.
  include: ['*.ts', '../../client/*.d.ts', '../../local/**/*.d.ts'],
  exclude: [],
};

let directory: string;
const diagnosticsOf = (): Promise<string> =>
  run(process.execPath, [tsc, '--noEmit', '--pretty', 'false', '-p', directory]).then(
    () => '',
    (error: unknown) => String((error as { stdout?: unknown }).stdout),
  );

beforeAll(async () => {
  // Below the root, where packages and the paths of `stepkey` are found.
  await mkdir(join(root, '.cache'), { recursive: true });
  directory = await mkdtemp(join(root, '.cache', 'docs-'));
  await writeFile(join(directory, 'around.d.ts'), around);
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(config));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('every block of TypeScript has the types that the package has', async () => {
  const blocks = blocksIn('ts', 'tsx', 'js');
  expect(blocks.length).toBeGreaterThan(5);
  for (const [place, { code }] of blocks) {
    const file = `${place.replace(/\W+/g, '-')}.ts`;
    await writeFile(join(directory, file), `${code}\nexport {};\n`);
  }
  expect(await diagnosticsOf()).toBe('');
  const wrong = "import { fromStepkey } from 'stepkey';\nfromStepkey({ token: 'x' });\n";
  await writeFile(join(directory, 'wrong.ts'), wrong);
  expect(await diagnosticsOf()).toMatch(
    /^\S*wrong\.ts\(2,\d+\): error TS2741: Property 'api' is missing/,
  );
});
