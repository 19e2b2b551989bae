/** `npm start`: serves the twin until it is stopped. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Endpoints } from './endpoints.ts';
import { startTwin } from './twin.ts';
import type { Twin } from './twin.ts';
import { startFailure } from './start-failure.ts';
import { demoPassword } from './users.ts';

const usage = `npm start -- [options]

  --port <number>      port of the API, 8700 by default; 0 for any free one
  --aws-port <number>  port of the AWS endpoint, 8701 by default; 0 for any free one
  --state <directory>  where the state is kept, .stepkey by default
  --users none         starts without the demonstration's users
  --help               shows this
`;

interface Settings {
  readonly port: number;
  readonly awsPort: number;
  readonly stateDirectory: string;
  readonly users: 'demo' | 'none';
}

class UsageError extends Error {
  override readonly name = 'UsageError';
}

const portOf = (flag: string, text: string): number => {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port < 65_536) return port;
  throw new UsageError(`${flag} must be a port from 0 to 65535.`);
};

/** Null when help was asked for. @throws UsageError */
const readArguments = (args: readonly string[]): Settings | null => {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '8700' },
        'aws-port': { type: 'string', default: '8701' },
        state: { type: 'string', default: '.stepkey' },
        users: { type: 'string', default: 'demo' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    const [sentence] = error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(
      `${sentence ?? 'The options cannot be read'}; --help lists what there is.`,
    );
  }
  if (values.help) return null;
  if (values.users !== 'demo' && values.users !== 'none') {
    throw new UsageError('--users must be none or demo.');
  }
  const port = portOf('--port', values.port);
  const awsPort = portOf('--aws-port', values['aws-port']);
  if (port !== 0 && port === awsPort) {
    throw new UsageError('--port and --aws-port must differ.');
  }
  return { port, awsPort, stateDirectory: resolve(values.state), users: values.users };
};

const example = ({ aws, api, clients }: Endpoints): string => {
  const signIn = JSON.stringify({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: clients.cli.clientId,
    AuthParameters: { USERNAME: 'alice', PASSWORD: demoPassword },
  });
  return `Try it, as alice:

TOKEN=$(curl -s ${aws}/ \\
  -H 'X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth' \\
  -H 'Content-Type: application/x-amz-json-1.1' \\
  -d '${signIn}' \\
  | sed -E 's/.*"IdToken":"([^"]+)".*/\\1/')
curl -s -X POST ${api}/v1/credentials \\
  -H "Authorization: $TOKEN" -H 'Content-Type: application/json' -d '{}'
`;
};

const summary = (endpoints: Endpoints, { stateDirectory, users }: Settings): string => `
API           ${endpoints.api}
AWS endpoint  ${endpoints.aws}
State         ${stateDirectory}
Everything    ${join(stateDirectory, 'endpoints.json')}

${users === 'demo' ? example(endpoints) : 'There are no users yet: make them through the AWS endpoint.\n'}`;

const stopOnSignal = (twin: () => Twin | null): void => {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    const running = twin();
    // Before it is up, and on a second signal: children end with their parent, and the state bears it.
    if (running === null || stopping) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping = true;
    void running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
};

const main = async (): Promise<void> => {
  const settings = readArguments(process.argv.slice(2));
  if (settings === null) {
    process.stdout.write(usage);
    return;
  }
  let twin: Twin | null = null;
  stopOnSignal(() => twin);
  const elapsed = (): string => `${process.uptime().toFixed(1).padStart(5)} s`;
  try {
    twin = await startTwin({
      ...settings,
      onProgress: (step) => {
        process.stdout.write(`${elapsed()}  ${step}\n`);
      },
      log: (line) => {
        process.stderr.write(`${line}\n`);
      },
    });
  } catch (error) {
    process.stderr.write(`${startFailure(error, settings)}\n`);
    process.exit(1);
  }
  process.stdout.write(`${elapsed()}  Serving\n${summary(twin.endpoints, settings)}\nready\n`);
};

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
