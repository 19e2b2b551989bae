import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, importJWK, SignJWT, type JWK } from 'jose';
import type { Endpoints } from '../../local/endpoints.ts';
import type { Twin } from '../../local/twin.ts';
import { startAttacker, type Attack, type AttackReport } from '../support/attacker.ts';
import { callApi } from '../support/twin/api.ts';
import { signIn } from '../support/twin/people.ts';
import { anyPorts, endpointsIn, startProcess, type TwinProcess } from '../support/twin/process.ts';

/**
 * A twin in processes of its own; what is sent at it must cost those who behave little. Rounds without and with the
 * attack take turns and medians are compared, so that whatever else the machine does falls on both.
 */

const rounds = 5;
/** Long enough for an attack to send more than memory may grow by, and for a percentile that means something. */
const roundMillis = 2500;
const leastSamples = 40;
/** Below this a comparison measures the machine's own noise: a tick of its scheduler, a collection of garbage. */
const noiseMillis = 40;
/**
 * Where others have the machine's processors, nothing that takes a moment of them can be told from what they take: the
 * comparison is then told and not judged; the bounds below it hold anywhere.
 */
const isCalm = (loadavg()[0] ?? 0) < availableParallelism();
/** A process that stood still for a deep or a large one would show here on any machine. */
const standstillMillis = 5000;
/** Garbage is collected late; an attack sends several times as much, or opens more than this could hold. */
const allowedMegabytes = 200;
const subjects = 10_000;

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((one, other) => one - other)[Math.ceil(values.length * share) - 1] ?? 0;
const median = (values: readonly number[]): number => percentile(values, 0.5);

/** The process and its children: the twin and one for each function. */
const processesOf = (pid: number): readonly number[] => [
  pid,
  ...readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || !existsSync(`/proc/${name}/stat`)) return [];
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    return parent === String(pid) ? [Number(name)] : [];
  }),
];
const residentMegabytes = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(
      readFileSync(`/proc/${String(pid)}/status`, 'utf8'),
    )?.[1];
    return sum + Number(kilobytes) / 1024;
  }, 0);

interface Measured {
  readonly quietMillis: number;
  readonly attackedMillis: number;
  readonly longestMillis: number;
  readonly grownMegabytes: number;
}

(existsSync('/proc/self/status') ? describe : describe.skip)('good requests, and memory', () => {
  let running: TwinProcess;
  let directory: string;
  let twin: Twin;
  let endpoints: Endpoints;
  let token: string;

  const ask = async (): Promise<number> => {
    const startedAt = performance.now();
    const { status } = await callApi(twin, 'POST', '/v1/credentials', { token });
    expect(status).toBe(200);
    return performance.now() - startedAt;
  };
  const askFor = async (millis: number): Promise<number[]> => {
    const taken: number[] = [];
    const until = performance.now() + millis;
    while (performance.now() < until || taken.length < leastSamples) taken.push(await ask());
    return taken;
  };
  /** Quiet and attacked rounds in turn. */
  const measure = async (attack: Attack): Promise<Measured & { report: AttackReport }> => {
    const pids = processesOf(endpoints.pid);
    const quiet: number[] = [];
    const attacked: number[] = [];
    const reports: AttackReport[] = [];
    let longestMillis = 0;
    const before = residentMegabytes(pids);
    let most = before;
    for (let round = 0; round < rounds; round += 1) {
      quiet.push(percentile(await askFor(roundMillis), 0.99));
      const attacker = await startAttacker({ attack, api: endpoints.api, token });
      const taken = await askFor(roundMillis);
      attacked.push(percentile(taken, 0.99));
      longestMillis = Math.max(longestMillis, ...taken);
      most = Math.max(most, residentMegabytes(pids));
      reports.push(await attacker.stop());
    }
    return {
      quietMillis: median(quiet),
      attackedMillis: median(attacked),
      longestMillis,
      grownMegabytes: most - before,
      report: {
        statuses: [...new Set(reports.flatMap(({ statuses }) => statuses))],
        sentMegabytes: reports.reduce((sum, { sentMegabytes }) => sum + sentMegabytes, 0),
      },
    };
  };
  const expectUnharmed = (what: string, measured: Measured): void => {
    const { quietMillis, attackedMillis, longestMillis, grownMegabytes } = measured;
    process.stdout.write(
      `${what}: p99 ${attackedMillis.toFixed(1)} ms beside ${quietMillis.toFixed(1)} ms ` +
        `(× ${(attackedMillis / quietMillis).toFixed(2)}), longest ${longestMillis.toFixed(0)} ms, ` +
        `memory + ${grownMegabytes.toFixed(0)} MB${isCalm ? '' : '; others use the machine: not judged'}\n`,
    );
    expect(longestMillis).toBeLessThan(standstillMillis);
    expect(grownMegabytes).toBeLessThan(allowedMegabytes);
    expect(isCalm ? attackedMillis : 0).toBeLessThan(2 * Math.max(quietMillis, noiseMillis));
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stepkey-resources-'));
    running = startProcess(...anyPorts, '--state', join(directory, 'state'));
    await running.ready;
    endpoints = await endpointsIn(join(directory, 'state'));
    twin = { endpoints } as unknown as Twin;
    ({ idToken: token } = await signIn(twin, 'alice'));
    // The first starts every function, which a busy machine may not do within the broker's patience.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const { status } = await callApi(twin, 'POST', '/v1/credentials', { token });
      if (status === 200) break;
    }
    await askFor(roundMillis);
  }, 120_000);
  afterAll(async () => {
    running.child.kill('SIGTERM');
    await running.ended;
    await rm(directory, { recursive: true, force: true });
  });

  it('are unharmed by bodies of 10 MB, which are refused', async () => {
    const measured = await measure('large bodies');
    // Where the gateway stops reading, the sender may see its connection closed before it sees the answer.
    expect(measured.report.statuses.filter((status) => status !== 0 && status !== 413)).toEqual([]);
    expect(measured.report.sentMegabytes).toBeGreaterThan(allowedMegabytes);
    expectUnharmed('large bodies', measured);
  }, 300_000);

  it('are unharmed by JSON of depth 20,000, which is refused', async () => {
    const measured = await measure('deep JSON');
    expect([...measured.report.statuses].sort()).toEqual([400, 413]);
    expectUnharmed('deep JSON', measured);
  }, 300_000);

  it('are unharmed by 500 who send a byte now and then', async () => {
    expectUnharmed('slow senders', await measure('slow senders'));
  }, 300_000);

  it('are unharmed by 10,000 subjects who came before', async () => {
    const { keys } = JSON.parse(readFileSync(endpoints.signingKeysFile, 'utf8')) as { keys: JWK[] };
    const pool = keys.find(({ alg }) => alg === 'RS256');
    const key = await importJWK(pool ?? {}, 'RS256');
    const claims = decodeJwt(token);
    const tokenOfNew = () =>
      new SignJWT({ ...claims, sub: randomUUID(), jti: randomUUID() })
        .setProtectedHeader({ alg: 'RS256', kid: pool?.kid ?? '' })
        .sign(key);
    const come = async (count: number): Promise<void> => {
      let left = count;
      const one = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          const { status, body } = await callApi(twin, 'POST', '/v1/decisions', {
            token: await tokenOfNew(),
            body: { grant: 'own-files' },
          });
          expect([status, body['outcome']]).toEqual([200, 'allowed']);
        }
      };
      await Promise.all(Array.from({ length: 8 }, one));
    };
    const pids = processesOf(endpoints.pid);
    const quiet = await askFor(roundMillis * rounds);
    const before = residentMegabytes(pids);
    await come(subjects);
    const grownMegabytes = residentMegabytes(pids) - before;
    const after = await askFor(roundMillis * rounds);
    expectUnharmed('10,000 subjects', {
      quietMillis: percentile(quiet, 0.99),
      attackedMillis: percentile(after, 0.99),
      longestMillis: Math.max(...after),
      grownMegabytes,
    });
  }, 600_000);
});
