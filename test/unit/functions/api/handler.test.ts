import type { APIGatewayProxyEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { errorCatalogue, StepkeyError, type ErrorName } from '../../../../core/errors.ts';
import { routes } from '../../../../functions/api/routes.ts';
import { createHandler } from '../../../../functions/http/handler.ts';
import { eventOf, frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { secrets, sessionOf } from '../../../support/callers-sessions.ts';
import { callerOf, noonEpochSeconds } from '../../../support/callers.ts';
import { idClaimsOf, tokenOf } from '../../../support/tokens.ts';

// One file, though long: what is refused and what is logged of it are read together.

let front: Front;
const names = Object.keys(errorCatalogue) as ErrorName[];
const denials = names.filter((name) => errorCatalogue[name].denial);
const askFor = (grant: string) => eventOf({ body: JSON.stringify({ grant }) });

beforeEach(async () => {
  front = frontAtNoon();
  await front.register();
});

describe('[SEC-06] a refused request', () => {
  it('creates exactly one denial, and nothing else', async () => {
    expect((await front.handle(askFor('team-read'))).statusCode).toBe(403);
    expect(front.journal).toEqual(['verify', 'record denial']);
    expect(front.table.denials).toEqual([
      {
        denialId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        error: 'Grant.Refused',
        subject: callerOf().subject,
        client: 'app',
        actor: null,
        grant: 'team-read',
        tokenId: 'jti-1',
        basis: {
          rule: null,
          evidence: null,
          tried: [
            {
              grant: 'team-read',
              clientListed: true,
              useFits: true,
              rules: [
                { rule: 0, effect: 'allow', matched: false, failedCondition: 'groups.anyOf' },
              ],
              allowedBy: null,
            },
          ],
          triedLeftOut: 0,
        },
        atEpochSeconds: noonEpochSeconds,
      },
    ]);
  });

  it('by a revocation is recorded with the rule that would have allowed, as a hand-out is', async () => {
    front.machine.failWith('Subject.Revoked');
    await front.handle(eventOf());
    expect(front.table.denials).toMatchObject([
      { error: 'Subject.Revoked', basis: { rule: 0, evidence: { groups: ['readers'] } } },
    ]);
  });

  it('is recorded without a name where the token was refused', async () => {
    const headers = { Authorization: tokenOf(idClaimsOf({ sub: 'somebody-else' })) };
    expect((await front.handle(eventOf({ headers }))).statusCode).toBe(401);
    expect(front.table.denials).toMatchObject([
      {
        error: 'Token.Invalid',
        subject: null,
        client: null,
        grant: null,
        tokenId: null,
        basis: null,
      },
    ]);
  });

  it.each<[string, APIGatewayProxyEvent['headers']]>([
    ['without a token', {}],
    ['with an empty token', { Authorization: '' }],
    ['with a token of another shape', { Authorization: 'Basic dXNlcjpwYXNz' }],
    ['with a token that is too long', { Authorization: 'a'.repeat(8193) }],
  ])('is refused %s before anything is asked', async (_, headers) => {
    expect((await front.handle(eventOf({ headers }))).statusCode).toBe(401);
    expect(front.journal).toEqual(['record denial']);
  });

  it.each(denials)('that the machine did not record is recorded: %s', async (name) => {
    front.machine.failWith(name);
    await front.handle(eventOf());
    expect(front.table.denials).toMatchObject([{ error: name, subject: callerOf().subject }]);
    expect(front.table.issuances).toEqual([]);
  });

  it.each(denials)('that the machine recorded is not recorded again: %s', async (name) => {
    front.machine.endIn(() => {
      throw new StepkeyError(name, { isRecorded: true });
    });
    const result = await front.handle(eventOf());
    expect(result.statusCode).toBe(errorCatalogue[name].status);
    expect(front.table.denials).toEqual([]);
  });

  it.each(names.filter((name) => !denials.includes(name)))(
    'is no failure: %s is not recorded as one',
    async (name) => {
      front.machine.failWith(name);
      await front.handle(eventOf());
      expect(front.table.denials).toEqual([]);
    },
  );

  it('stays refused when it cannot be recorded', async () => {
    front.table.failWith('Upstream.Throttled');
    expect((await front.handle(askFor('team-read'))).statusCode).toBe(403);
    expect(
      front.log.map(({ level, message, fields }) => [level, message, fields['error']]),
    ).toEqual([
      ['info', 'refused', 'Grant.Refused'],
      ['error', 'denial not recorded', 'Upstream.Throttled'],
    ]);
  });

  it('is not told its shape before its token is good', async () => {
    const result = await front.handle(eventOf({ headers: {}, body: '{"a":1}' }));
    expect(result.statusCode).toBe(401);
  });
});

describe('[SEC-01] the token of a request', () => {
  it('is accepted raw, as API Gateway does', async () => {
    await front.putSession();
    const headers = { Authorization: tokenOf() };
    expect((await front.handle(eventOf({ headers }))).statusCode).toBe(200);
  });

  it('is refused once it has expired', async () => {
    await front.putSession();
    front.clock.advance(3_300_000);
    expect((await front.handle(eventOf())).statusCode).toBe(401);
    expect(front.table.denials).toMatchObject([{ error: 'Token.Expired' }]);
  });

  it('is refused at the ID door when it is an access token', async () => {
    const headers = { Authorization: front.present(idClaimsOf({ token_use: 'access' })) };
    expect((await front.handle(eventOf({ headers }))).statusCode).toBe(401);
  });

  it('is neither good nor bad while its keys cannot be had', async () => {
    front.verifier.failWith('Upstream.Unavailable');
    expect((await front.handle(eventOf())).statusCode).toBe(503);
    expect(front.table.denials).toEqual([]);
  });
});

describe('the time for an answer', () => {
  it('ends 24 s after the request came, before the gateway gives up', async () => {
    const { cacheKey } = sessionOf();
    front.table.putLease(callerOf().subject, cacheKey, (noonEpochSeconds + 60) * 1000);
    expect((await front.handle(eventOf())).statusCode).toBe(503);
    const tookMillis = front.clock.nowEpochMillis() - noonEpochSeconds * 1000;
    expect(tookMillis).toBeGreaterThanOrEqual(24_000);
    expect(tookMillis).toBeLessThan(24_300);
  });
});

describe('[SEC-06] what is logged of a request', () => {
  const secretsOf = (token: string) => [
    token,
    token.split('.')[2] ?? '',
    secrets.secretAccessKey,
    secrets.sessionToken,
    'Correct-horse-1',
  ];
  const expectNoSecret = (text: string) => {
    for (const secret of secretsOf(tokenOf())) expect(text).not.toContain(secret);
  };

  it('is its id, route and status', async () => {
    await front.putSession();
    await front.handle(eventOf());
    expect(front.log).toEqual([
      {
        level: 'info',
        message: 'answered',
        fields: { requestId: 'request-1', route: 'POST /v1/credentials', status: 200 },
      },
    ]);
    expectNoSecret(JSON.stringify(front.log));
  });

  it('is the name of a refusal, without who asked', async () => {
    await front.handle(askFor('team-read'));
    expect(front.log).toEqual([
      {
        level: 'info',
        message: 'refused',
        fields: {
          requestId: 'request-1',
          route: 'POST /v1/credentials',
          status: 403,
          error: 'Grant.Refused',
        },
      },
    ]);
  });

  it.each(names)('is never a secret, whatever fails: %s', async (name) => {
    front.machine.endIn((input) => {
      const cause = new Error(`Correct-horse-1 ${input.sealedToken} ${tokenOf()}`);
      throw new StepkeyError(name, { cause });
    });
    const { body } = await front.handle(eventOf());
    expectNoSecret(JSON.stringify(front.log) + body);
    expect(front.log.at(-1)?.level).toBe(errorCatalogue[name].status >= 500 ? 'error' : 'info');
  });

  it('is the kind and place of a mistake, never its words', async () => {
    front.machine.endIn(() => {
      throw new RangeError('Correct-horse-1');
    });
    const { body } = await front.handle(eventOf());
    expect(front.log).toEqual([
      {
        level: 'error',
        message: 'refused',
        fields: {
          requestId: 'request-1',
          route: 'POST /v1/credentials',
          status: 500,
          error: 'Config.Invalid',
          cause: 'RangeError',
          at: expect.stringMatching(/^at /) as unknown,
        },
      },
    ]);
    expectNoSecret(JSON.stringify(front.log) + body);
  });

  it('is never a sealed session that is not one', async () => {
    front.machine.endIn(async (_, name) => ({
      outcome: 'issued',
      source: 'minted',
      sessionId: 'session-2',
      issuanceId: name,
      sealedSession: await front.sealer.seal(
        'credentials',
        'own-files',
        `${JSON.stringify(sessionOf())}!`,
      ),
    }));
    const result = await front.handle(eventOf());
    expect(result.statusCode).toBe(500);
    expectNoSecret(JSON.stringify(front.log) + result.body);
  });

  it('holds when anything but an error is thrown', async () => {
    const machine = {
      ...front.ports.machine,
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is the case
      run: () => Promise.reject('Correct-horse-1'),
    };
    const log: unknown[] = [];
    const note = (...line: unknown[]) => {
      log.push(line);
    };
    const handle = createHandler(routes, { ...front.ports, machine }, front.context, {
      info: note,
      error: note,
    });
    const result = await handle(eventOf());
    expect(result.statusCode).toBe(500);
    expectNoSecret(JSON.stringify(log) + result.body);
  });
});
