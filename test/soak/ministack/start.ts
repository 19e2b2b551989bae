/** ministack, of PyPI: an interpreter of state machines with another implementation of JSONata. */
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { preparePython } from '../../long/clients/python.ts';
import { answers, freePort, type StartJudge } from '../judge.ts';

export const startMinistack: StartJudge = async () => {
  const { python, reason } = await preparePython(join(import.meta.dirname, 'requirements.txt'));
  if (python === null) return { reason };
  const port = await freePort();
  const child = spawn(python, ['-m', 'ministack'], {
    // What it keeps lies where it is started.
    cwd: await mkdtemp(join(tmpdir(), 'stepkey-ministack-')),
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
  if (!(await answers(endpoint))) {
    child.kill('SIGKILL');
    return { reason: 'it does not start' };
  }
  return { env: { STEPKEY_STATES: endpoint }, stop: () => child.kill('SIGKILL') };
};
