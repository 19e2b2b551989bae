/** How many records a second the ledger's chains take: `publish` itself, over a table and a bus with the assumed latencies. */
import { nodeDigest } from '../../adapters/digest.ts';
import { createChain } from '../../core/ledger/append.ts';
import type { ChainStore, ClaimNote } from '../../core/ledger/chain-store.ts';
import type { Link } from '../../core/ledger/link.ts';
import { publishChanges, type StreamChange } from '../../functions/publish/publish-changes.ts';
import { createChance, type Chance } from './chance.ts';
import { createKernel, type Kernel } from './kernel.ts';
import { latencyOf, type Service } from './latencies.ts';

/** As many as the stream hands over at once. */
const changesAtOnce = 100;
const seconds = 10;
/** 21 November 2026, midnight. */
const startEpochSeconds = 1_795_219_200;
const subjects = 1_000_000;

const changeOf = (index: number, chance: Chance): StreamChange => ({
  pk: `SESSION#s-${String(index)}`,
  sk: `ISSUANCE#i-${String(index)}`,
  before: null,
  after: {
    sessionId: `s-${String(index)}`,
    subject: `users:person-${String(Math.floor(subjects * chance.uniform()))}`,
    client: 'app',
    actor: '-',
    grant: 'own-files',
    rule: 0,
    evidence: '{"groups":["readers"]}',
    roleArn: 'arn:aws:iam::123456789012:role/stepkey/stepkey-own-files',
    sessionName: 'person',
    identityId: 'us-east-1:00000000-0000-4000-8000-000000000000',
    accessKeyId: 'ASIAEXAMPLE00000001',
    expiresAtEpochSeconds: startEpochSeconds + 3600,
    tokenId: `jti-${String(index)}`,
    source: 'cache',
    stale: 0,
    executionArn: '-',
    atEpochSeconds: startEpochSeconds,
  },
  atEpochSeconds: startEpochSeconds,
  sequenceNumber: String(index),
});

/** A call does what it does halfway between question and answer. */
const storeIn = (
  kernel: Kernel,
  chance: Chance,
): ChainStore & { readonly links: ReadonlyMap<number, readonly Link[]> } => {
  const links = new Map<number, Link[]>();
  const notes = new Map<string, ClaimNote>();
  const call = async <Answer>(service: Service, act: () => Answer): Promise<Answer> => {
    const millis = latencyOf(service, chance);
    await kernel.wait(millis / 2);
    const answer = act();
    await kernel.wait(millis / 2);
    return answer;
  };
  const chain = (shard: number): Link[] => {
    const present = links.get(shard) ?? [];
    links.set(shard, present);
    return present;
  };
  return {
    links,
    readHead: (shard) => call('tableRead', () => chain(shard).at(-1) ?? null),
    // The number of a link is its place: there is no gap.
    readAfter: (shard, sequence, limit) =>
      call('tableRead', () => chain(shard).slice(sequence, sequence + limit)),
    claim: async (keys, note) => {
      const present = await call('tableRead', () =>
        keys.map(({ id, fingerprint }) => notes.get(`${id}/${fingerprint}`)?.afterSequence),
      );
      await call('tableWrite', () => {
        keys.forEach(({ id, fingerprint }, index) => {
          if (present[index] === undefined) notes.set(`${id}/${fingerprint}`, note);
        });
      });
      return present.filter((each) => each !== undefined);
    },
    put: (link) =>
      call('tableWrite', () => {
        if (chain(link.shard).length >= link.sequence) return false;
        chain(link.shard).push(link);
        return true;
      }),
  };
};

/**
 * Records that are chained and told in a second when there are always more than that.
 * @param writers as many as the table's stream has shards: Lambda runs `publish` once for each
 */
export const chainedPerSecond = async (writers: number): Promise<number> => {
  const chance = createChance(writers);
  const kernel = createKernel(startEpochSeconds * 1000);
  const store = storeIn(kernel, chance);
  let made = 0;
  const write = async (): Promise<void> => {
    const ports = {
      chain: createChain(store, nodeDigest),
      clock: kernel,
      meter: { measure: () => undefined },
      failed: { keep: () => Promise.resolve() },
      log: { error: () => undefined },
      bus: {
        publish: async (events: readonly unknown[]) => {
          await kernel.wait(latencyOf('bus', chance));
          return events.map(() => true);
        },
      },
    };
    for (;;) {
      const changes = Array.from({ length: changesAtOnce }, () => changeOf((made += 1), chance));
      await publishChanges(ports, changes);
    }
  };
  for (let writer = 0; writer < writers; writer += 1) void write();
  await kernel.runUntil((startEpochSeconds + seconds) * 1000);
  return [...store.links.values()].reduce((sum, { length }) => sum + length, 0) / seconds;
};
