import { expect, it } from '@jest/globals';

import { eventOf, frontAtNoon } from '../../../support/callers-front.ts';

it('what is logged of a mistake is its place, whatever its message looks like [SEC-06]', async () => {
  const front = frontAtNoon();
  await front.register();
  front.machine.endIn(() => {
    throw new TypeError('x\n    at Correct-horse-1 (file.ts:1:1)\n    at y:1:1');
  });
  const answer = await front.handle(eventOf());
  expect(answer.statusCode).toBe(500);
  expect(JSON.stringify(front.log)).not.toContain('Correct-horse-1');
  expect(JSON.stringify(front.log)).toMatch(/"at":"at .*log-frames\.test\.ts:\d+:\d+/);
});

it('an event without headers is a refusal, not a crash [SEC-01]', async () => {
  const front = frontAtNoon();
  const answer = await front.handle({
    ...eventOf(),
    headers: null as unknown as ReturnType<typeof eventOf>['headers'],
  });
  expect(answer.statusCode).toBe(401);
});

it('the grant of a path is as long as a name of a grant at most', async () => {
  const front = frontAtNoon();
  const answer = await front.handle(
    eventOf({
      httpMethod: 'GET',
      resource: '/v1/container-credentials/{grant}',
      pathParameters: { grant: 'x'.repeat(6000) },
    }),
  );
  expect(answer.statusCode).toBe(400);
  expect(front.table.denials).toEqual([]);
});
