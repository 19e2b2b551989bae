/** ministack, of PyPI: an interpreter of state machines with another implementation of JSONata. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { preparePython } from '../../long/clients/python.ts';
import { answers, freePort, judgesDirectory, type StartJudge } from '../judge.ts';

export const startMinistack: StartJudge = async () => {
  const { python, reason } = await preparePython(join(import.meta.dirname, 'requirements.txt'));
  if (python === null) return { reason };
  const port = await freePort();
  const directory = await judgesDirectory();
  const child = spawn(python, ['-m', 'ministack'], {
    cwd: directory.path,
    env: {
      ...process.env,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
    },
    stdio: 'ignore',
  });
  child.once('error', () => undefined);
  const endpoint = `http://127.0.0.1:${String(port)}`;
  const stop = (): void => {
    child.kill('SIGKILL');
    directory.remove();
  };
  if (await answers(endpoint)) return { env: { STEPKEY_STATES: endpoint }, stop };
  stop();
  return { reason: 'it does not start' };
};
