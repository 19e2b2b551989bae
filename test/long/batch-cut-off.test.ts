import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BatchReport } from '../../core/contracts/batch-answers.ts';
import type { Twin } from '../../local/twin.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { tokenOfMachine } from '../support/twin/machines.ts';
import { operatorOf, type Operator } from '../support/twin/revocations.ts';

/** Lets the first executions pass a boundary and holds all others until it is opened. */
interface Gate {
  readonly state: string;
  readonly when: 'enter' | 'exit';
  readonly reach: () => Promise<void>;
  readonly held: () => number;
  readonly open: () => void;
}
const gateAt = (when: Gate['when'], state: string, free: number): Gate => {
  let passed = 0;
  let held = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    state,
    when,
    held: () => held,
    open,
    reach: async () => {
      passed += 1;
      if (passed <= free) return;
      held += 1;
      await opened;
    },
  };
};

let gate: Gate | null = null as Gate | null;
let minted = 0;

describe('a batch of which some subjects are held on their way, on the twin', () => {
  let twin: Twin;
  let operator: Operator;
  let auditor: string;
  beforeAll(async () => {
    twin = await startDemoTwin({
      pause: async (state, when) => {
        if (gate?.state === state && gate.when === when) await gate.reach();
      },
      interceptor: ({ operation }) => {
        if (operation === 'AssumeRoleWithWebIdentity') minted += 1;
      },
    });
    operator = await operatorOf(twin);
    auditor = await tokenOfMachine(twin, 'audit');
  });
  afterAll(async () => {
    await twin.stop();
  });

  const makeReader = async (name: string): Promise<string> => {
    const user = { UserPoolId: twin.endpoints.userPoolId, Username: name };
    const { User } = (await twin.call('cognito-idp', 'AdminCreateUser', {
      ...user,
      MessageAction: 'SUPPRESS',
    })) as { User: { Attributes: { Name: string; Value: string }[] } };
    await twin.call('cognito-idp', 'AdminAddUserToGroup', { ...user, GroupName: 'readers' });
    return User.Attributes.find(({ Name }) => Name === 'sub')?.Value ?? '';
  };
  const settled = async <Value>(
    look: () => Promise<Value> | Value,
    isSettled: (value: Value) => boolean,
  ): Promise<Value> => {
    for (;;) {
      const value = await look();
      if (isSettled(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const asJob = async (path: string, body: object) =>
    callApi(twin, 'POST', path, { token: await tokenOfMachine(twin, 'batch'), body });
  /** As an auditor: who is revoked reads no batch. */
  const reportOf = async (batchId: unknown): Promise<BatchReport> =>
    (await callApi(twin, 'GET', `/v1/batches/${String(batchId)}`, { token: auditor }))
      .body as unknown as BatchReport;

  /** Begins a batch and waits until all but the first `free` are held. @returns opens the gate and waits for the end */
  const hold = async (subjects: readonly string[], held: Gate, free: number) => {
    gate = held;
    const started = await asJob('/v1/batches', { grant: 'reports', subjects });
    expect(started.status).toBe(202);
    const look = () => reportOf(started.body['batchId']);
    await settled(look, ({ progress }) => progress.done >= free);
    await settled(held.held, (count) => count === subjects.length - free);
    return async (): Promise<BatchReport> => {
      held.open();
      const report = await settled(look, ({ status }) => status !== 'running');
      gate = null;
      return report;
    };
  };

  const cases = [
    ['enter', 'ValidateToken', 'client'],
    ['exit', 'AwaitPaidSecond', 'grant'],
    ['enter', 'CacheCredentials', 'client'],
    ['enter', 'ConfirmNotRevoked', 'grant'],
  ] as const;
  const readers = ['held-0', 'held-1', 'held-2', 'held-3'];
  it('has its readers', async () => {
    for (const name of readers) expect(await makeReader(name)).toMatch(/-/);
  });

  it.each(cases)(
    'on %s of %s is cut off for the rest when its %s is revoked [SEC-13] [SEC-08]',
    async (when, state, kind) => {
      const before = minted;
      const release = await hold(readers, gateAt(when, state, 1), 1);
      const target = { [kind]: kind === 'client' ? 'batch' : 'reports' };
      const { revocationId } = await operator.revokeNow(target);
      const report = await release();
      expect(report).toMatchObject({
        status: 'succeeded',
        counts: { minted: 1, cached: 0, denied: 3, failed: 0 },
      });
      const denied = report.outcomes.filter(({ outcome }) => outcome === 'denied');
      expect(denied.map(({ reason }) => reason)).toEqual(denied.map(() => 'Subject.Revoked'));
      // Whom the warrant was refused for, nothing was called for.
      if (state === 'ValidateToken') expect(minted - before).toBe(1);
      await operator.restoreNow(revocationId);
      // Nothing lies in the cache that was minted before, not even of who had an answer.
      for (const subject of readers) {
        const { body } = await asJob('/v1/exchange/credentials', { grant: 'reports', subject });
        expect(body).toMatchObject({ source: 'minted' });
      }
      // The next case begins without these either.
      const cleared = await operator.revokeNow(target);
      await operator.restoreNow(cleared['revocationId']);
    },
  );

  it.each([
    ['exit', 'AwaitPaidSecond'],
    ['enter', 'ConfirmNotRevoked'],
  ] as const)(
    'on %s of %s goes on without the one who is revoked [SEC-08]',
    async (when, state) => {
      const name = `one-${state}`;
      const sub = await makeReader(name);
      const other = `other-${state}`;
      await makeReader(other);
      // Both are held, so that the one is among them.
      const release = await hold([name, other], gateAt(when, state, 0), 0);
      await operator.revokeNow({ subject: `users:${sub}` });
      const report = await release();
      expect(report.counts).toEqual({ minted: 1, cached: 0, denied: 1, failed: 0 });
      expect(report.outcomes.find(({ subject }) => subject === name)).toEqual({
        subject: name,
        outcome: 'denied',
        reason: 'Subject.Revoked',
      });
    },
  );
});
