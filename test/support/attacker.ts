/**
 * Sends what should harm, over and over, until it is told to stop. A process of its own, so that whoever measures beside
 * it is not slowed down by sending.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type Attack = 'large bodies' | 'deep JSON' | 'slow senders';

interface Order {
  readonly attack: Attack;
  readonly api: string;
  readonly token: string;
}

export interface AttackReport {
  /** Whatever was answered, each status once; 0 where the connection was closed instead. */
  readonly statuses: readonly number[];
  readonly sentMegabytes: number;
}

export interface Attacker {
  readonly stop: () => Promise<AttackReport>;
}

const slowSenders = 500;
/** One byte over what API Gateway takes, and what it takes but Lambda does not. */
const largeBodies = [10 * 1024 * 1024 + 1, 10 * 1024 * 1024].map((length) => 'x'.repeat(length));
/** The second is within the limit of a body, so that it is read. */
const deepBodies = [20_000, 8000].map((depth) => '['.repeat(depth) + ']'.repeat(depth));

const attackUntil = async ({ attack, api, token }: Order, stopped: AbortSignal) => {
  const statuses = new Set<number>();
  let sentBytes = 0;
  const send = async (body: string): Promise<void> => {
    sentBytes += body.length;
    const answer = await fetch(`${api}/v1/credentials`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    }).catch(() => null);
    await answer?.arrayBuffer().catch(() => null);
    statuses.add(answer?.status ?? 0);
  };
  const sendInTurn = async (bodies: readonly string[], pauseMillis: number): Promise<void> => {
    for (let turn = 0; !stopped.aborted; turn += 1) {
      await send(bodies[turn % bodies.length] ?? '');
      await wait(pauseMillis);
    }
  };
  const sendSlowly = async (): Promise<void> => {
    const { hostname, port } = new URL(api);
    const sockets = Array.from({ length: slowSenders }, () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      // Half of them do not even get to the end of their head.
      socket.write('POST /v1/credentials HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nX: ');
      return socket;
    });
    for (const socket of sockets.slice(slowSenders / 2)) socket.write('y\r\n\r\n{');
    while (!stopped.aborted) {
      for (const socket of sockets) if (socket.writable) socket.write('z');
      sentBytes += sockets.length;
      await wait(500);
    }
    for (const socket of sockets) socket.destroy();
  };
  if (attack === 'large bodies') await sendInTurn(largeBodies, 200);
  else if (attack === 'deep JSON') await sendInTurn(deepBodies, 20);
  else await sendSlowly();
  return {
    statuses: [...statuses].sort((one, other) => one - other),
    sentMegabytes: sentBytes / 1024 / 1024,
  } satisfies AttackReport;
};

/** Attacks from now on. @param api the address of the broker's API */
export const startAttacker = async (order: Order): Promise<Attacker> => {
  const child = fork(fileURLToPath(import.meta.url), [], { execArgv: ['--import', 'tsx'] });
  const told = () => once(child, 'message').then(([message]: unknown[]) => message);
  const begun = told();
  child.send(order);
  await begun;
  return {
    stop: async () => {
      const [report] = await Promise.all([
        told() as Promise<AttackReport>,
        once(child, 'exit'),
        Promise.resolve(child.send('stop')),
      ]);
      return report;
    },
  };
};

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  const stop = new AbortController();
  process.on('disconnect', () => {
    process.exit();
  });
  process.on('message', (message) => {
    if (message === 'stop') {
      stop.abort();
      return;
    }
    process.send?.('begun');
    void attackUntil(message as Order, stop.signal).then((report) => {
      process.send?.(report, () => {
        process.disconnect();
      });
    });
  });
}
