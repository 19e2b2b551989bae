import { describe, expect, it } from '@jest/globals';
import type { SubjectOutcome } from '../../../../core/batches/batch.ts';
import { batchesAtNoon } from '../../../support/callers-batches.ts';
import { noonEpochSeconds } from '../../../support/callers.ts';

const unknownId = '00000000-0000-4000-8000-000000000000';
const outcomeOf = (
  subject: string,
  outcome: SubjectOutcome['outcome'] = 'minted',
): SubjectOutcome => ({
  subject,
  outcome,
  reason: outcome === 'failed' ? 'Quota.Exhausted' : null,
  sessionId: outcome === 'failed' ? null : `session-${subject}`,
});
const started = async () => {
  const world = batchesAtNoon();
  const { body } = await world.start();
  const id = body.batchId;
  return {
    ...world,
    id,
    end: (changes: { status: 'SUCCEEDED' | 'FAILED'; reason?: string }) =>
      world.batches.end(
        { batchId: id, run: 1 },
        { reason: null, endedAtEpochSeconds: noonEpochSeconds + 60, counts: null, ...changes },
      ),
  };
};
const operations = [
  'GET /v1/batches/{id}',
  'DELETE /v1/batches/{id}',
  'POST /v1/batches/{id}/resume',
] as const;

describe('a batch', () => {
  it.each(operations)('of another client is not there: %s', async (operation) => {
    const { ask, id, serviceToken, batches, machine } = await started();
    const before = await batches.read(id);
    const other = await ask(operation, { id, token: serviceToken });
    const unknown = await ask(operation, { id: unknownId, token: serviceToken });
    expect(other.status).toBe(404);
    // Nothing tells it from one that nobody has.
    expect({ ...other.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
    expect(await batches.read(id)).toEqual(before);
    expect(machine.started).toHaveLength(1);
  });

  it('is there for an auditor to read, and for nothing else', async () => {
    const { ask, id, auditorToken, batches } = await started();
    expect((await ask(operations[0], { id, token: auditorToken })).status).toBe(200);
    expect((await ask(operations[0], { id: unknownId, token: auditorToken })).status).toBe(404);
    for (const operation of operations.slice(1)) {
      expect((await ask(operation, { id, token: auditorToken })).status).toBe(403);
    }
    expect(await batches.read(id)).toMatchObject({ status: 'RUNNING', run: 1 });
  });

  it.each(operations)('takes no person’s token: %s', async (operation) => {
    const { ask, id, personToken } = await started();
    expect((await ask(operation, { id, token: personToken })).status).toBe(403);
  });

  it.each(['x', '../batches', 'a'.repeat(37)])('is not called %j', async (id) => {
    const { ask } = batchesAtNoon();
    expect((await ask(operations[0], { id })).status).toBe(400);
  });
});

describe('the report', () => {
  it('comes in pages, without a repetition, and the last has no cursor', async () => {
    const { ask, id, batches } = await started();
    const names = Array.from({ length: 7 }, (_, index) => `é-${String(index)}`);
    for (const name of names) batches.putOutcome(id, outcomeOf(name));
    const seen: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const query = { limit: '3', ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await ask(operations[0], { id, query });
      seen.push(...body.outcomes.map(({ subject }) => subject));
      cursor = body.nextCursor;
      pages += 1;
    } while (cursor !== undefined);
    expect(seen).toEqual(names);
    expect(pages).toBe(3);
  });

  it.each(['!', 'YWxpY2U=', 'YWxpY2U ', '_w', '%'])(
    'takes no cursor but its own: %j',
    async (cursor) => {
      const { ask, id } = await started();
      expect((await ask(operations[0], { id, query: { cursor } })).status).toBe(400);
    },
  );

  it.each([{ limit: '0' }, { limit: '1001' }, { limit: 'all' }, { more: '1' }])(
    'refuses the query %j',
    async (query) => {
      const { ask, id } = await started();
      expect((await ask(operations[0], { id, query })).status).toBe(400);
    },
  );

  it('has no more of a subject than outcome, reason and the session’s id', async () => {
    const { ask, id, batches } = await started();
    batches.putOutcome(id, outcomeOf('alice'));
    batches.putOutcome(id, outcomeOf('bob', 'failed'));
    const { body } = await ask(operations[0], { id });
    expect(body.outcomes).toEqual([
      { subject: 'alice', outcome: 'minted', sessionId: 'session-alice' },
      { subject: 'bob', outcome: 'failed', reason: 'Quota.Exhausted' },
    ]);
  });
});

describe('a run that ended without a word', () => {
  it('has failed once somebody looks, with the outcomes that are there', async () => {
    const { ask, id, clock, machine, batches } = await started();
    batches.putOutcome(id, outcomeOf('alice'));
    machine.finish({ batchId: id, run: 1 });
    clock.advance(61_000);
    const { body } = await ask(operations[0], { id });
    expect(body).toMatchObject({
      status: 'failed',
      partial: true,
      reason: 'Upstream.Unavailable',
      counts: { minted: 1 },
    });
  });

  it.each([
    ['it may still be starting', 59_000, true],
    ['it goes on', 61_000, false],
  ])('is not assumed while %s', async (_, laterMillis, isEnded) => {
    const { ask, id, clock, machine } = await started();
    if (isEnded) machine.finish({ batchId: id, run: 1 });
    clock.advance(laterMillis);
    expect((await ask(operations[0], { id })).body.status).toBe('running');
  });
});

describe('cancelling', () => {
  it('ends the run, and what the run says afterwards changes nothing', async () => {
    const { ask, id, machine, end } = await started();
    expect((await ask(operations[1], { id })).body).toMatchObject({
      status: 'cancelled',
      partial: true,
    });
    expect(await machine.stateOf({ batchId: id, run: 1 })).toBe('ended');
    expect(await end({ status: 'SUCCEEDED' })).toBe(false);
    expect((await ask(operations[0], { id })).body.status).toBe('cancelled');
  });

  it('stops the run at the next request, where the first could not', async () => {
    const { ask, id, machine } = await started();
    machine.failWith('Upstream.Unavailable');
    expect((await ask(operations[1], { id })).status).toBe(503);
    machine.failWith(null);
    expect(await machine.stateOf({ batchId: id, run: 1 })).toBe('running');
    expect((await ask(operations[1], { id })).body.status).toBe('cancelled');
    expect(await machine.stateOf({ batchId: id, run: 1 })).toBe('ended');
  });

  it('leaves a batch that has ended as it is', async () => {
    const { ask, id, end } = await started();
    await end({ status: 'SUCCEEDED' });
    expect((await ask(operations[1], { id })).body).toMatchObject({
      status: 'succeeded',
      partial: false,
    });
  });
});

describe('resuming', () => {
  it('goes on with the same list, under the next number, with a warrant of the present token', async () => {
    const { ask, id, end, machine, sealer, clock } = await started();
    await end({ status: 'FAILED', reason: 'Upstream.Unavailable' });
    clock.advance(600_000);
    expect((await ask(operations[2], { id })).body).toMatchObject({ status: 'running' });
    const [first, second] = machine.started;
    expect(second).toEqual({ ...first, run: 2, sealedWarrant: second?.sealedWarrant });
    const warrant: unknown = JSON.parse(
      await sealer.open('warrant', '-', second?.sealedWarrant ?? ''),
    );
    expect(warrant).toMatchObject({
      batchId: id,
      expiresAtEpochSeconds: noonEpochSeconds + 600 + 43_200,
    });
  });

  it('is for one of those who ask at once', async () => {
    const { ask, id, end, machine } = await started();
    await end({ status: 'FAILED', reason: 'Upstream.Unavailable' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(operations[2], { id })));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409]);
    expect(machine.started).toHaveLength(2);
  });

  it('is refused while it runs, and when nothing is left to do', async () => {
    const { ask, id, end } = await started();
    expect((await ask(operations[2], { id })).status).toBe(409);
    await end({ status: 'SUCCEEDED' });
    expect((await ask(operations[2], { id })).status).toBe(409);
  });

  it('is refused while the grant is revoked, and the batch stays as it was', async () => {
    const { ask, id, end, table, machine, batches } = await started();
    await end({ status: 'FAILED', reason: 'Upstream.Unavailable' });
    table.putRevocation('GRANT#reports', { epoch: 1, suspensions: 1 });
    expect((await ask(operations[2], { id })).status).toBe(403);
    expect(await batches.read(id)).toMatchObject({ status: 'FAILED', run: 1 });
    expect(machine.started).toHaveLength(1);
  });
});
