import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { enterPaidSecond } from '../../../../core/quota/paid-second.ts';
import { compileExpression, expressionText } from '../../../../local/asl/expression.ts';
import { fakeClock } from '../../../support/fakes/fixed-clock.ts';

interface Machine {
  readonly States: {
    readonly TakeQuota: { readonly Arguments: { readonly Key: { readonly sk: { S: string } } } };
  };
}

const { States } = JSON.parse(
  readFileSync(
    new URL('../../../../statemachines/issue-credentials.asl.json', import.meta.url),
    'utf8',
  ),
) as Machine;
const expression = compileExpression(
  expressionText(States.TakeQuota.Arguments.Key.sk.S) ?? 'undefined',
);

/** The second that the state TakeQuota pays for. */
const paidAt = async (nowEpochMillis: number): Promise<number> =>
  Number(
    await expression.evaluate(
      {
        states: {},
        variables: new Map([['quotaSecondsAhead', { value: 0, bytes: 1 }]]),
        nowEpochMillis,
        random: () => 0,
      },
      'sk',
    ),
  );

/** So long `RecordIntent` and the start of an invocation may take. */
const onTheWayMillis = 50;

describe('what the machine pays for', () => {
  it('can be used by whoever comes 50 ms later, at any millisecond of a second, and lets nobody wait longer than 150 ms', async () => {
    for (let millis = 0; millis < 1_000; millis += 1) {
      const clock = fakeClock(1_795_000_000_000 + millis);
      const paid = await paidAt(clock.nowEpochMillis());
      clock.advance(onTheWayMillis);

      await enterPaidSecond({ clock, timer: clock }, paid);

      for (const wait of clock.waits) expect(wait).toBeLessThanOrEqual(150 - onTheWayMillis);
    }
  });
});
