import { beforeEach, describe, expect, it } from '@jest/globals';
import type { IssueInput } from '../../../../core/contracts/issue.ts';
import { warmingAfterIdle } from '../../../../functions/api/warming-machine.ts';
import {
  fakeIssueMachine,
  type FakeIssueMachine,
} from '../../../support/fakes/fake-issue-machine.ts';
import { failureOf } from '../../../support/fakes/expect-failure.ts';
import { fakeClock, type FakeClock } from '../../../support/fakes/fixed-clock.ts';

const input: IssueInput = {
  kind: 'credentials',
  door: 'id',
  sealedToken: 'sealed-caller-token',
  onBehalfOf: null,
  grant: 'own-files',
  roleArn: null,
  class: 'interactive',
  refreshAheadSeconds: 0,
  unusableSessionId: '-',
};
const fiveMinutes = 300_000;

let clock: FakeClock;
let machine: FakeIssueMachine;
let warming: ReturnType<typeof warmingAfterIdle>;
const told = () => machine.executions.map((execution) => execution.input.isAfterIdle);

beforeEach(() => {
  clock = fakeClock();
  machine = fakeIssueMachine();
  warming = warmingAfterIdle(machine, clock);
});

describe('an execution that a front starts', () => {
  it('is after idle where it is the first of its process, and the next is not', async () => {
    await warming.run(input, 'first');
    await warming.run(input, 'second');
    expect(told()).toEqual([true, false]);
  });

  it('is after idle again where five minutes were quiet, and not a moment sooner', async () => {
    await warming.run(input, 'first');
    clock.advance(fiveMinutes - 1);
    await warming.run(input, 'just before');
    clock.advance(fiveMinutes);
    await warming.run(input, 'just then');
    expect(told()).toEqual([true, false, true]);
  });

  it('is not after idle where a refresh was started meanwhile, which is told like any other', async () => {
    await warming.start(input, 'refresh');
    clock.advance(fiveMinutes - 1);
    await warming.run(input, 'soon after');
    clock.advance(fiveMinutes);
    await warming.start(input, 'refresh after idle');
    expect(told()).toEqual([true, false, true]);
    expect(machine.executions.map(({ waited }) => waited)).toEqual([false, true, false]);
  });

  it('is after idle once of many at once, which one process warms up for', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => warming.run(input, name)));
    expect(told()).toEqual([true, false, false]);
  });

  it('is told nothing where it only registers, and says nothing of idling then', async () => {
    await warming.run({ ...input, kind: 'identity' }, 'who am I');
    await warming.run(input, 'first that mints');
    expect(told()).toEqual([undefined, true]);
  });

  it('is after idle where the clock was set back, rather than never', async () => {
    await warming.run(input, 'first');
    clock.advance(-3_600_000);
    await warming.run(input, 'second');
    expect(told()).toEqual([true, true]);
  });

  it('is otherwise what it was, and ends as it would', async () => {
    expect(await warming.run(input, 'a')).toEqual({ outcome: 'in-progress' });
    expect(machine.executions).toEqual([
      { name: 'a', waited: true, input: { ...input, isAfterIdle: true } },
    ]);
    machine.failWith('Upstream.Throttled');
    expect(await failureOf(warming.start(input, 'b'))).toMatchObject({
      name: 'Upstream.Throttled',
    });
  });
});
