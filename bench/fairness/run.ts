import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { idTokenOf } from '../sign-in.ts';
import { startBatch } from './batch.ts';
import { mintsBySub, mostInOneSecond, readCalls, secondsWith } from './calls.ts';
import { startInteractiveLoad, type InteractiveRate } from './interactive-load.ts';
import { interactiveSummary } from './interactive-summary.ts';
import { peopleOf } from './people.ts';
import { startKillableTwin } from './killable-twin.ts';
import type { Budget, FairnessReport } from './report.ts';
import { jobToken, subOfToken } from './sign-in.ts';
import { subsOf } from './subs.ts';

export interface FairnessOptions {
  readonly subjects: number;
  readonly people: number;
  readonly rate: InteractiveRate;
  readonly budget: Budget;
  readonly onProgress: (line: string) => void;
}

/** So that calls between the preparations and the run are told apart by their second. */
const quietMillis = 1_500;
const pollMillis = 500;
const roundsPerLine = 60;
const namesOf = (kind: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${kind}-${String(index).padStart(6, '0')}`);

/**
 * A batch of new subjects beside people who ask, on a twin that is killed when half of the batch is done.
 * Everything is counted at the twin's services, not by the broker.
 */
export const runFairness = async (options: FairnessOptions): Promise<FairnessReport> => {
  const { onProgress } = options;
  const directory = await mkdtemp(join(tmpdir(), 'stepkey-fairness-'));
  const callsFile = join(directory, 'calls');
  const usernames = namesOf('subject', options.subjects);
  const peopleNames = namesOf('person', options.people);
  const place = { stateDirectory: join(directory, 'state'), callsFile, budget: options.budget };
  const loadAverageBefore = loadavg()[0] ?? 0;
  onProgress('starting a twin, making users');
  let twin = await startKillableTwin({
    ...place,
    port: 0,
    awsPort: 0,
    subjects: usernames,
    people: peopleNames,
  });
  try {
    const { endpoints } = twin;
    const tokens: string[] = [];
    for (const name of peopleNames) tokens.push(await idTokenOf(endpoints, name));
    onProgress('people get their first sessions');
    const askers = await peopleOf(endpoints, tokens);
    const subjectSubs = await subsOf(endpoints, 'subject-');
    await wait(quietMillis);

    const beganEpochMillis = Date.now();
    const load = startInteractiveLoad(endpoints.api, askers, options.rate);
    const batch = await startBatch(endpoints, await jobToken(endpoints), usernames);
    const until = async (done: number) => {
      for (let round = 0; ; round += 1) {
        const report = await batch.progress();
        if (round % roundsPerLine === 0) {
          const { counts } = report;
          onProgress(`${JSON.stringify(counts)}, people ${String(load.answers.length)}`);
        }
        if (report.status !== 'running' || report.progress.done >= done) return report;
        await wait(pollMillis);
      }
    };
    await until(options.subjects / 2);
    const answeredBefore = (await batch.outcomes()).map(({ subject }) => subject);
    load.pause();
    await twin.kill();
    const killedEpochMillis = Date.now();
    onProgress(`killed, with ${String(answeredBefore.length)} subjects answered; starting again`);
    twin = await startKillableTwin({
      ...place,
      port: Number(new URL(endpoints.api).port),
      awsPort: Number(new URL(endpoints.aws).port),
      subjects: [],
      people: [],
    });
    const outageSeconds = (Date.now() - killedEpochMillis) / 1000;
    load.resume();
    const ended = await until(Infinity);
    await load.stop();
    const tookSeconds = (Date.now() - beganEpochMillis) / 1000;
    onProgress(`the batch has ended: ${ended.status}`);

    const outcomes = await batch.outcomes();
    const calls = (await readCalls(callsFile)).filter(
      ({ atEpochMillis }) => atEpochMillis >= beganEpochMillis,
    );
    const identityCalls = calls.filter(
      ({ operation }) => operation === 'GetOpenIdTokenForDeveloperIdentity',
    );
    const people = new Set(tokens.map((token) => `users:${subOfToken(token)}`));
    const batchCalls = identityCalls.filter(({ whom }) => !people.has(whom));
    const mints = mintsBySub(calls);
    const mintedTwice = usernames.filter(
      (name) => (mints.get(subjectSubs.get(name) ?? '') ?? 0) > 1,
    );
    const before = new Set(answeredBefore);
    return {
      options: options.rate,
      machine: { cores: availableParallelism(), loadAverageBefore },
      subjects: options.subjects,
      budget: options.budget,
      tookSeconds,
      outageSeconds,
      batch: {
        status: ended.status,
        counts: ended.counts,
        reported: new Set(outcomes.map(({ subject }) => subject)).size,
        reasons: [...new Set(outcomes.flatMap(({ reason }) => reason ?? []))],
        mintedAgainThoughAnswered: mintedTwice.filter((name) => before.has(name)).length,
        mintedAgainCutOffByTheKill: mintedTwice.filter((name) => !before.has(name)).length,
      },
      developerIdentityCalls: {
        all: identityCalls.length,
        ofTheBatch: batchCalls.length,
        mostInOneSecond: mostInOneSecond(identityCalls),
        mostOfTheBatchInOneSecond: mostInOneSecond(batchCalls),
        secondsAtTheShareOfBatches: secondsWith(batchCalls, options.budget.batch),
        batchPerSecond: batchCalls.length / (tookSeconds - outageSeconds),
      },
      interactive: interactiveSummary(
        load.answers,
        load.lost(),
        killedEpochMillis + outageSeconds * 1000,
      ),
    };
  } finally {
    await twin.kill();
    await rm(directory, { recursive: true, force: true });
  }
};
