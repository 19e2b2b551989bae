import { beforeEach, describe, expect, it } from '@jest/globals';
import { StepkeyError } from '../../../../core/errors.ts';
import { eventOf, frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { decisionOf, sessionOf } from '../../../support/callers-sessions.ts';
import { callerOf, noonEpochSeconds } from '../../../support/callers.ts';

let front: Front;
const leaving = (seconds: number, sessionId: string) =>
  sessionOf({ sessionId, expiresAtEpochSeconds: noonEpochSeconds + seconds });
const measured = async (): Promise<unknown[]> => {
  await front.handle(eventOf());
  return front.meter.measured.map(({ name, value, dimensions }) => [name, value, dimensions]);
};

beforeEach(async () => {
  front = frontAtNoon();
  await front.register();
});

describe('what the front measures', () => {
  it('of a session that was minted: that it was, and how long the machine took', async () => {
    front.mintsSession(leaving(3600, 'session-2'));
    expect(await measured()).toEqual([
      ['MintTime', 0, {}],
      ['Issued', 1, { source: 'minted' }],
    ]);
  });

  it('of a session from the cache: that it was', async () => {
    await front.putSession(leaving(3600, 'session-1'));
    expect(await measured()).toEqual([['Issued', 1, { source: 'cache' }]]);
  });

  it('of one that had to do because none could be minted', async () => {
    await front.putSession(leaving(600, 'session-1'));
    front.machine.endIn(() => {
      throw new StepkeyError('Upstream.Unavailable');
    });
    expect(await measured()).toEqual([
      ['Issued', 1, { source: 'cache' }],
      ['IssuedStale', 1, {}],
    ]);
  });

  it('of a wait for another’s mint: how long', async () => {
    front.table.putLease(callerOf().subject, decisionOf().cacheKey, noonEpochSeconds * 1000 + 250);
    front.mintsSession(leaving(3600, 'session-2'));
    const [first] = await measured();
    expect(first).toEqual(['LeaseWait', expect.any(Number), {}]);
    expect((first as [string, number])[1]).toBeGreaterThanOrEqual(250);
  });

  it('of a refusal: its name, also where an execution has recorded it', async () => {
    front.machine.endIn(() => {
      throw new StepkeyError('Subject.Revoked', { isRecorded: true });
    });
    expect(await measured()).toEqual([['Denied', 1, { reason: 'Subject.Revoked' }]]);
  });

  it('of a failure: its name, apart from refusals', async () => {
    front.machine.endIn(() => {
      throw new StepkeyError('Upstream.Throttled');
    });
    expect(await measured()).toEqual([['Failed', 1, { reason: 'Upstream.Throttled' }]]);
  });
});
