/** The examples as a user runs them: processes of their own, against a twin of the examples' own app. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { startAppTwin } from '../../local/index.ts';
import type { AppTwin } from '../../local/index.ts';
import { bundleFunctions } from '../../tools/bundle.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
export const password = 'Correct-horse-1';

export interface ExampleWorld {
  readonly twin: AppTwin;
  readonly bucket: string;
  readonly clientIdOf: (name: 'web' | 'spa' | 'nightly') => string;
  /** Runs a file below examples/ to its end, and gives what it printed. */
  readonly run: (file: string, env: Readonly<Record<string, string>>) => Promise<string>;
  /** Starts one that serves, and gives the first line that it prints. */
  readonly serve: (file: string, env: Readonly<Record<string, string>>) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const synthesizeExample = async (directory: string): Promise<void> => {
  const bundles = await bundleFunctions({ root, outDirectory: join(root, '.cache', 'functions') });
  await run(process.execPath, ['--import', 'tsx', join('examples', 'cdk-app', 'app.ts')], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify({
        'stepkey:functionsDirectory': bundles.directory,
        '@aws-cdk/core:enablePartitionLiterals': true,
      }),
    },
  });
};

const addPerson = async (
  { call }: AppTwin,
  userPoolId: string,
  username: string,
  group: string | null,
): Promise<void> => {
  const person = { UserPoolId: userPoolId, Username: username };
  await call('cognito-idp', 'AdminCreateUser', { ...person, MessageAction: 'SUPPRESS' });
  await call('cognito-idp', 'AdminSetUserPassword', {
    ...person,
    Password: password,
    Permanent: true,
  });
  if (group !== null) {
    await call('cognito-idp', 'AdminAddUserToGroup', { ...person, GroupName: group });
  }
};

export const startExamples = async (): Promise<ExampleWorld> => {
  const directory = await mkdtemp(join(tmpdir(), 'stepkey-examples-'));
  await synthesizeExample(directory);
  const twin = await startAppTwin({ assembly: directory });
  const { AcmePeople: people = {}, AcmeBroker: broker = {} } = twin.outputs;
  await addPerson(twin, people['UserPoolId'] ?? '', 'ada', 'staff');
  await addPerson(twin, people['UserPoolId'] ?? '', 'eve', null);
  const children: ChildProcess[] = [];
  const environmentOf = (env: Readonly<Record<string, string>>) => ({
    PATH: process.env['PATH'],
    HOME: directory,
    AWS_REGION: twin.region,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_ENDPOINT_URL: twin.aws,
    STEPKEY_API: twin.api,
    BUCKET: broker['BucketName'],
    TOKEN_ENDPOINT: twin.tokenEndpoint,
    ...env,
  });
  const start = (file: string, env: Readonly<Record<string, string>>) => {
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      env: environmentOf(env),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    return child;
  };
  return {
    twin,
    bucket: broker['BucketName'] ?? '',
    clientIdOf: (name) => people[`ClientId${name}`] ?? '',
    run: async (file, env) => {
      const child = start(file, env);
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => (printed += part));
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`${file} ended with ${String(code)}: ${printed}`);
      return printed;
    },
    serve: async (file, env) => {
      const lines = createInterface(start(file, env).stdout)[Symbol.asyncIterator]();
      return String((await lines.next()).value);
    },
    stop: async () => {
      for (const child of children) child.kill();
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
