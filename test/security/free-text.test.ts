import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventOf, frontAtNoon, type Front } from '../support/callers-front.ts';
import { accessClaimsOf, tokenOf } from '../support/tokens.ts';

/** What people paste by mistake, and what somebody may try to have written somewhere. */
const freeTexts: readonly (readonly [string, string])[] = [
  ['an access key', 'ASIAIOSFODNN7EXAMPLE'],
  ['a secret key', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  ['a whole token', tokenOf()],
  ['the end of a token', tokenOf().slice(-32)],
  ['a password', 'Correct-horse-1'],
  ['an address', 'alice@example.com'],
  ['a sentence', 'ask bob what he had'],
  ['another line of a log', 'own-files\n{"level":"ERROR"}'],
  ['a hash in lower case', 'e3b0c44298fc1c149afbf4c8996fb924'.padEnd(33, '0')],
  ['markup', '<script>alert(1)</script>'],
  ['a key of the table', 'GRANT#own-files'],
];

describe('what is given as the name of a grant', () => {
  let front: Front;
  beforeEach(() => {
    front = frontAtNoon();
  });

  /** Every place that a request leaves something in. */
  const traces = (): string =>
    JSON.stringify([
      front.log,
      front.table.denials,
      front.table.issuances,
      front.meter.measured,
      front.machine.executions,
    ]);

  it.each(freeTexts)(
    'is refused where it is %s, and reaches no record, log or metric',
    async (_, grant) => {
      const body = JSON.stringify({ grant });
      const access = front.present(accessClaimsOf({ scope: 'stepkey/credentials' }));
      const requests = [
        { door: '/v1', token: tokenOf() },
        { door: '/v1/exchange', token: access },
      ].flatMap(({ door, token }) => {
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        return [
          eventOf({ resource: `${door}/credentials`, headers, body }),
          eventOf({ resource: `${door}/decisions`, headers, body }),
          eventOf({
            httpMethod: 'GET',
            resource: `${door}/container-credentials/{grant}`,
            headers,
            pathParameters: { grant },
          }),
        ];
      });
      for (const request of requests) {
        const { statusCode, body: answered } = await front.handle(request);
        expect(statusCode).toBe(400);
        expect(answered).not.toContain(JSON.stringify(grant).slice(1, -1));
      }
      expect(front.log).toHaveLength(requests.length);
      expect(traces()).not.toContain(JSON.stringify(grant).slice(1, -1));
      expect(front.machine.executions).toEqual([]);
    },
  );

  it('is recorded with its refusal where it is of the form of a grant, so that a slip can be found', async () => {
    await front.handle(eventOf({ body: JSON.stringify({ grant: 'own-flies' }) }));
    expect(front.table.denials).toMatchObject([{ error: 'Grant.Refused', grant: 'own-flies' }]);
  });
});
