/** DynamoDB's own engine, as AWS gives it to developers, so that dynalite does not judge itself. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { answers, freePort, judgesDirectory, type StartJudge } from '../judge.ts';
import { prepareLibraries } from '../maven.ts';

/** It binds every interface, so that it is never left running. */
export const startDynamoDbLocal: StartJudge = async () => {
  const { libraries, reason } = await prepareLibraries(join(import.meta.dirname, 'pom.xml'));
  if (libraries === null) return { reason };
  const port = await freePort();
  const directory = await judgesDirectory();
  const child = spawn(
    'java',
    [
      `-Djava.library.path=${libraries}`,
      ...['-cp', join(libraries, '*')],
      'software.amazon.dynamodb.services.local.main.ServerRunner',
      ...['-inMemory', '-port', String(port)],
    ],
    { cwd: directory.path, stdio: 'ignore' },
  );
  child.once('error', () => undefined);
  const endpoint = `http://127.0.0.1:${String(port)}`;
  const stop = (): void => {
    child.kill('SIGKILL');
    directory.remove();
  };
  if (await answers(endpoint)) return { env: { STEPKEY_DYNAMODB: endpoint }, stop };
  stop();
  return { reason: 'it does not start' };
};
