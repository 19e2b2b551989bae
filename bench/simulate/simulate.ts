/**
 * Simulates subjects who ask at random (Poisson) through the broker's own code, in virtual time.
 * A hit changes nothing that a later request depends on, so that hits are counted by chance instead of being run one by
 * one, but for samples: after each request `weighEntry` says until when the subject's entry is served as it is, and the
 * next request that is run is the first one after that. Everything that may refresh, mint, wait or be refused is run.
 */
import { weighEntry } from '../../core/cache/weigh-entry.ts';
import { StepkeyError } from '../../core/errors.ts';
import { decide } from '../../core/grants/decide.ts';
import type { Decision } from '../../core/contracts/decision.ts';
import type { Session } from '../../core/contracts/session.ts';
import { createChance } from './chance.ts';
import { callerAt, deploymentOf, grantName, identityIdAt, indexOf } from './deployment.ts';
import { knownStateOf, simulatedFront } from './front.ts';
import { createKernel } from './kernel.ts';
import { simulatedMachine, type OnLogged } from './machine.ts';
import { addTo, createCounters, measuresOf, type Measures } from './measures.ts';
import type { Scenario } from './scenario.ts';
import { createTable, type SimulatedTable } from './table.ts';

/** 21 November 2026, midnight. */
const startEpochSeconds = 1_795_219_200;
const massMintSeconds = 60;
/** One in so many stretches of hits has one of its hits run as well. */
const stretchesForACheck = 50;

const putEntry = (
  table: SimulatedTable,
  index: number,
  decision: Decision,
  expiresAtEpochSeconds: number,
): void => {
  const { subject, client } = callerAt(index, startEpochSeconds);
  const epochs = { subject: 0, client: 0, grant: 0, everything: 0 };
  const session: Session = {
    format: 1,
    sessionId: `start-${String(index)}`,
    cacheKey: decision.cacheKey,
    subject,
    client,
    actor: null,
    grant: decision.grant,
    identityId: identityIdAt(index),
    roleArn: decision.roleArn,
    assumedRoleArn: decision.roleArn,
    epochs,
    expiresAtEpochSeconds,
    executionArn: '-',
    credentials: { accessKeyId: 'ASIA', secretAccessKey: '-', sessionToken: '-' },
  };
  const zero = { N: '0' };
  table.put({
    pk: { S: `SUBJECT#${subject}` },
    sk: { S: `ENTRY#${decision.cacheKey}` },
    sealedSession: { S: JSON.stringify(session) },
    sessionId: { S: session.sessionId },
    accessKeyId: { S: 'ASIA' },
    identityId: { S: session.identityId },
    expiresAtEpochSeconds: { N: String(expiresAtEpochSeconds) },
    epochs: { M: { subject: zero, client: zero, grant: zero, everything: zero } },
  });
};

/** The first second in which the entry is not simply served any more, by the broker's own rule. */
const servedUntil = (
  known: ReturnType<typeof knownStateOf>,
  decision: Decision,
  nowEpochSeconds: number,
): number => {
  const isServed = (epochSeconds: number) =>
    weighEntry(known, decision, decision.minTtlSeconds, epochSeconds).use === 'serve';
  if (!isServed(nowEpochSeconds)) return nowEpochSeconds;
  let served = nowEpochSeconds;
  let over = known.entry?.expiresAtEpochSeconds ?? nowEpochSeconds + 1;
  while (over - served > 1) {
    const middle = Math.floor((served + over) / 2);
    if (isServed(middle)) served = middle;
    else over = middle;
  }
  return over;
};

export const simulate = async (
  scenario: Scenario,
  onLogged: OnLogged | null = null,
): Promise<Measures> => {
  const { subjects, durationSeconds, seconds } = scenario;
  const chance = createChance(scenario.seed);
  const kernel = createKernel(startEpochSeconds * 1000);
  const table = createTable();
  const context = deploymentOf(durationSeconds);
  const counters = createCounters(Math.ceil(seconds / 60));
  const countedFromMillis = (startEpochSeconds + scenario.countedFromSeconds) * 1000;
  const endMillis = (startEpochSeconds + seconds) * 1000;
  const isCounted = (epochMillis: number) =>
    epochMillis >= countedFromMillis && epochMillis < endMillis;
  const addAt = (series: number[], epochMillis: number, count = 1) => {
    const minute = Math.floor((epochMillis / 1000 - startEpochSeconds) / 60);
    if (minute >= 0 && minute < series.length) series[minute] = (series[minute] ?? 0) + count;
  };

  const machine = simulatedMachine({
    kernel,
    chance,
    table,
    context,
    budget: scenario,
    onLogged,
    callerOfToken: (subject) =>
      callerAt(indexOf(subject), Math.floor(kernel.nowEpochMillis() / 1000)),
    witness: {
      execution: () => {
        if (isCounted(kernel.nowEpochMillis())) counters.executions += 1;
      },
      identityPoolCall: (epochSecond) => {
        if (!isCounted(epochSecond * 1000)) return;
        counters.callsBySecond.set(epochSecond, (counters.callsBySecond.get(epochSecond) ?? 0) + 1);
      },
      minted: (epochMillis) => {
        addAt(counters.series.mints, epochMillis);
      },
      ended: (as) => {
        if (isCounted(kernel.nowEpochMillis())) addTo(counters.executionsWithout, as);
      },
    },
  });
  const front = simulatedFront({ kernel, chance, table, context, machine });

  const decisionAt = (index: number): Decision =>
    decide(callerAt(index, startEpochSeconds), { grant: grantName, roleArn: null }, context);
  const decisions = Array.from({ length: subjects }, (_, index) => decisionAt(index));
  for (const [index, decision] of decisions.entries()) {
    table.put({
      pk: { S: `SUBJECT#${callerAt(index, 0).subject}` },
      sk: { S: 'SUBJECT' },
      identityId: { S: identityIdAt(index) },
      linked: { N: '1' },
    });
    if (scenario.start === 'cold') continue;
    const freshUntilSeconds = startEpochSeconds + durationSeconds;
    putEntry(table, index, decision, freshUntilSeconds);
    const { subject } = callerAt(index, startEpochSeconds);
    const fresh = knownStateOf(table, subject, decision.cacheKey);
    const usedSeconds = servedUntil(fresh, decision, startEpochSeconds) - startEpochSeconds;
    const oldestSeconds = scenario.start === 'mass' ? massMintSeconds : usedSeconds;
    putEntry(
      table,
      index,
      decision,
      freshUntilSeconds - Math.floor(chance.uniform() * oldestSeconds),
    );
  }

  const run = async (index: number, isCheck: boolean): Promise<void> => {
    const atMillis = kernel.nowEpochMillis();
    const counted = isCounted(atMillis);
    addAt(counters.series.requests, atMillis, isCheck ? 0 : 1);
    try {
      const { source } = await front(callerAt(index, Math.floor(atMillis / 1000)));
      const tookMillis = kernel.nowEpochMillis() - atMillis;
      if (isCheck) {
        if (source !== 'cache')
          throw new TypeError('A hit that was not run would have been a mint');
        counters.checkedHits += 1;
      } else if (counted && source === 'cache') {
        counters.hits += 1;
        counters.hitMillis.push(tookMillis);
      } else if (counted) {
        counters.minted += 1;
        counters.mintMillis.push(tookMillis);
      }
    } catch (error) {
      if (!(error instanceof StepkeyError) || isCheck) throw error;
      if (counted) addTo(counters.refused, error.name);
      addAt(counters.series.refused, atMillis);
    }
  };

  const meanMillis = (1000 * subjects) / scenario.requestsPerSecond;
  const failures: unknown[] = [];
  const start = (work: Promise<void>): void => {
    work.catch((error: unknown) => {
      failures.push(error);
    });
  };
  const countHits = (fromMillis: number, toMillis: number): void => {
    const from = Math.max(fromMillis, countedFromMillis);
    const until = Math.min(toMillis, endMillis);
    if (until > from) counters.hits += chance.poisson((until - from) / meanMillis);
    for (let at = fromMillis; at < Math.min(toMillis, endMillis);) {
      const next = Math.min((Math.floor(at / 60_000) + 1) * 60_000, toMillis);
      addAt(counters.series.requests, at, (next - at) / meanMillis);
      at = next;
    }
  };
  const arrange = (index: number): void => {
    const decision = decisions[index];
    if (decision === undefined) return;
    const nowMillis = kernel.nowEpochMillis();
    const nowSeconds = Math.floor(nowMillis / 1000);
    const known = knownStateOf(table, callerAt(index, nowSeconds).subject, decision.cacheKey);
    const untilSeconds = servedUntil(known, decision, nowSeconds);
    let fromMillis = nowMillis;
    if (untilSeconds > nowSeconds) {
      fromMillis = untilSeconds * 1000;
      countHits(nowMillis, fromMillis);
      if (chance.uniform() * stretchesForACheck < 1 && untilSeconds > nowSeconds + 2) {
        // Not in its last second: the front asks the clock after the gateway has taken its time.
        const atMillis = nowMillis + chance.uniform() * (fromMillis - 1000 - nowMillis);
        kernel.at(atMillis, () => {
          start(run(index, true));
        });
      }
    }
    kernel.at(fromMillis + chance.exponential(meanMillis), () => {
      start(run(index, false));
      arrange(index);
    });
  };
  for (let index = 0; index < subjects; index += 1) arrange(index);
  for (let minute = 1; (minute - 1) * 60 < seconds; minute += 1) {
    await kernel.runUntil((startEpochSeconds + Math.min(seconds, minute * 60)) * 1000);
    if (failures.length > 0) throw new AggregateError(failures, 'The simulation went wrong');
  }
  return measuresOf(counters, scenario.countedFromSeconds, seconds);
};
