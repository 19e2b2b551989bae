import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nodeDigest } from '../../../../adapters/digest.ts';
import { emptyDenyPolicy } from '../../../../core/revocations/deny-policy.ts';
import type { RevokeInput } from '../../../../core/revocations/revocation.ts';
import { denySessions } from '../../../../functions/revoke/deny-sessions.ts';
import { liftDenial } from '../../../../functions/revoke/lift-denial.ts';
import {
  writeDenyPolicy,
  type PolicyWriterPorts,
} from '../../../../functions/revoke/write-deny-policy.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';
import { deferred } from '../../../support/fakes/deferred.ts';
import { nameOfFailure } from '../../../support/fakes/expect-failure.ts';
import { fakeDenyPolicy } from '../../../support/fakes/fake-deny-policy.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';
import { sequentialIds } from '../../../support/fakes/sequential-ids.ts';

const context = { longestSessionSeconds: 3600 };

const inputOf = (revocationId: string, name: string): RevokeInput => ({
  action: 'revoke',
  revocationId,
  target: { kind: 'subject', name },
  suspends: false,
  denies: true,
});

const setUp = (meanwhile?: (label: string) => Promise<void>) => {
  const clock = fakeClock();
  const fake = fakeDenyPolicy(emptyDenyPolicy(), clock.nowEpochMillis, meanwhile);
  const ports: PolicyWriterPorts = {
    clock,
    // Standing still, so that a lease of the fake never runs out while its holder waits for the scheduler.
    timer: { wait: () => meanwhile?.('wait') ?? clock.wait(200) },
    ids: sequentialIds(),
    digest: nodeDigest,
    ...fake,
  };
  const deny = (id: string, name: string) =>
    denySessions(ports, context, {
      ...inputOf(id, name),
      cutOffEpochSeconds: noonEpochSeconds + 150,
    });
  return { clock, fake, ports, deny, lift: (id: string) => liftDenial(ports, inputOf(id, '-')) };
};

const namesIn = (text: string): string[] =>
  [...text.matchAll(/"(users:\w+)"/g)].map((match) => match[1] ?? '').sort();

describe('[SEC-31] the writer of the deny policy', () => {
  it('writes the denial with its cut-off, and says until when it is needed', async () => {
    const { fake, deny } = setUp();
    expect(await deny('r1', 'users:a')).toEqual({
      form: 'statement',
      neededUntilEpochSeconds: noonEpochSeconds + 150 + 3600,
    });
    const { Statement } = JSON.parse(fake.text()) as { Statement: object[] };
    expect(Statement.slice(1)).toEqual([
      {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:PrincipalTag/stepkey-subject': ['users:a'] },
          DateLessThan: { 'aws:TokenIssueTime': '2026-11-21T12:02:30Z' },
        },
      },
    ]);
  });

  it('takes nothing over from the text before it: what nobody denies any more is gone', async () => {
    const { fake, ports, deny, lift } = setUp();
    await deny('r1', 'users:a');
    await deny('r2', 'users:b');
    await lift('r1');
    expect(namesIn(fake.text())).toEqual(['users:b']);
    fake.tamper(fake.text().replace('users:b', 'users:z'));
    await writeDenyPolicy(ports, { verifies: true });
    expect(namesIn(fake.text())).toEqual(['users:b']);
  });

  it('notes the cut-off of whole roles before AWS has it, and takes it back after', async () => {
    const seen: [string, number][] = [];
    const { fake, deny, lift } = setUp((label) => {
      if (label === 'write policy') seen.push([label, fake.allDeniedBefore()]);
      return Promise.resolve();
    });
    // Names so long that they do not fit together.
    const names = Array.from({ length: 40 }, (_, nth) => `users:${String(nth)}${'x'.repeat(200)}`);
    for (const name of names) await deny(name, name);
    expect(fake.allDeniedBefore()).toBe(noonEpochSeconds + 150);
    const firstRoleWide = seen.findIndex(([, before]) => before > 0);
    expect(firstRoleWide).toBeGreaterThan(0);
    expect(JSON.stringify(JSON.parse(fake.writes[firstRoleWide] ?? ''))).toContain(
      '"Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-21T12:02:30Z"}}',
    );
    for (const name of names) await lift(name);
    expect(fake.allDeniedBefore()).toBe(0);
    // While AWS may still deny, the broker still knows.
    expect(seen.at(-1)?.[1]).toBe(0);
    const lastRoleWide = fake.writes.findLastIndex((text) => !text.includes('1970-01-01'));
    expect(seen[lastRoleWide + 1]?.[1]).toBe(noonEpochSeconds + 150);
  });

  it('writes nothing where the policy says it already', async () => {
    const { fake, ports, deny } = setUp();
    await deny('r1', 'users:a');
    await deny('r1', 'users:a');
    await writeDenyPolicy(ports);
    await writeDenyPolicy(ports, { verifies: true });
    expect(fake.writes).toHaveLength(1);
  });

  it('repeats what it wrote when the answer was lost', async () => {
    const { fake, deny } = setUp();
    fake.loseNextAnswer();
    expect(await nameOfFailure(deny('r1', 'users:a'))).toBe('Upstream.Unavailable');
    await deny('r1', 'users:a');
    expect(namesIn(fake.text())).toEqual(['users:a']);
    expect(fake.writes).toHaveLength(2);
  });

  it('leaves to a restoration that was faster what it would deny', async () => {
    const { fake, deny, lift } = setUp();
    await lift('r1');
    expect((await deny('r1', 'users:a')).form).toBe('none');
    expect(namesIn(fake.text())).toEqual([]);
  });

  it('waits for another writer, gives up in time, and comes in once that one’s lease has run out', async () => {
    const { clock, fake, deny } = setUp();
    await fake.lease.take('another', clock.nowEpochMillis() + 45_000, null);
    expect(await nameOfFailure(deny('r1', 'users:a'))).toBe('Revocation.WriterBusy');
    expect(fake.writes).toEqual([]);
    clock.advance(45_000);
    await deny('r1', 'users:a');
    expect(namesIn(fake.text())).toEqual(['users:a']);
  });

  it('is not done with a text that another writer, which looked before the denial, is about to replace', async () => {
    const looked = deferred();
    const going = deferred();
    let lifting: 'not yet' | 'begun' | 'looked' = 'not yet';
    const { fake, deny, lift } = setUp(async (label) => {
      if (label === 'wait') going.resolve();
      if (lifting === 'looked') {
        lifting = 'not yet';
        looked.resolve();
        await going.promise;
      }
      if (lifting === 'begun' && label === 'list') lifting = 'looked';
    });
    await deny('r1', 'users:a');
    lifting = 'begun';
    const lifted = lift('r1');
    await looked.promise;
    const denied = deny('r2', 'users:a').finally(going.resolve);
    await Promise.all([lifted, denied]);
    expect(namesIn(fake.text())).toEqual(['users:a']);
  });

  it('has the policy written few times for many at once: who waits is done when another wrote the same', async () => {
    const writing = deferred();
    const { fake, deny } = setUp(async (label) => {
      // The first writer holds the right until all others have asked for it.
      if (label === 'release') await new Promise(setImmediate);
      if (label === 'write policy') writing.resolve();
      if (label === 'wait') await writing.promise;
      await new Promise(setImmediate);
    });
    const names = Array.from({ length: 50 }, (_, nth) => `users:u${String(nth)}`);
    await Promise.all(names.map((name) => deny(name, name)));
    expect(namesIn(fake.text())).toHaveLength(50);
    expect(fake.writes.length).toBeLessThanOrEqual(2);
  });

  it('ends with exactly the denials in force, in whatever order simultaneous writers come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), lifts: fc.boolean() }), {
          minLength: 2,
          maxLength: 5,
        }),
        async (scheduler, orders) => {
          const { fake, deny, lift } = setUp((label) =>
            scheduler.schedule(Promise.resolve(), label),
          );
          const lifted = new Set(orders.filter(({ lifts }) => lifts).map(({ id }) => id));
          const denied = new Set(orders.filter(({ lifts }) => !lifts).map(({ id }) => id));
          const all = Promise.all(
            orders.map(async ({ id, lifts }) => {
              await (lifts ? lift(id) : deny(id, `users:${id}`));
              // Not only in the end: whoever was told that it is done can rely on it.
              const isDenied = namesIn(fake.text()).includes(`users:${id}`);
              if (lifts || !lifted.has(id)) expect(isDenied).toBe(!lifts);
            }),
          );
          await scheduler.waitFor(all);
          expect(namesIn(fake.text())).toEqual(
            [...denied]
              .filter((id) => !lifted.has(id))
              .map((id) => `users:${id}`)
              .sort(),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});
