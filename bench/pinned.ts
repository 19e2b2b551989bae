/** Processes on a core of their own: what is measured on one, everything else on the other. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The core of what is measured, and that of everything else. */
export const brokerCore = 0;
export const otherCore = 1;

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Said beside the figures: without it they are of a machine that shares its cores out. */
export const pinning: string = canPin
  ? 'broker on one core, everything else on the other'
  : 'not pinned: there is no taskset, or only one core';

/** Moves a running process and its threads. */
export const pin = (pid: number, core: number): void => {
  if (canPin) spawnSync('taskset', ['-acp', String(core), String(pid)]);
};

/** A TypeScript module in a process of its own, which tells its parent `ready` something as its first message. */
export interface Pinned<Ready> {
  readonly ready: Ready;
  readonly pid: number;
  /** Sends a message and waits for the next one. */
  readonly ask: <Answer>(question: unknown) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

const nextMessage = <Message>(child: ChildProcess): Promise<Message> =>
  new Promise((resolve, reject) => {
    const onClose = () => {
      reject(new Error('A process of the bench ended before it answered'));
    };
    child.once('close', onClose);
    child.once('message', (message) => {
      child.off('close', onClose);
      resolve(message as Message);
    });
  });

/** @param environment replaces the parent's; null keeps it */
export const startPinned = async <Ready>(
  module: URL,
  core: number,
  argument: unknown,
  environment: Readonly<Record<string, string>> | null = null,
): Promise<Pinned<Ready>> => {
  const node = [
    process.execPath,
    '--import',
    'tsx',
    fileURLToPath(module),
    JSON.stringify(argument),
  ];
  const [command = '', ...args] = canPin ? ['taskset', '-c', String(core), ...node] : node;
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      ...(environment ?? process.env),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  const ready = await nextMessage<Ready>(child);
  return {
    ready,
    pid: child.pid ?? 0,
    ask: async (question) => {
      const answer = nextMessage<never>(child);
      child.send(question as object);
      return answer;
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await closed;
    },
  };
};
