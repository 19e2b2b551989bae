import { beforeEach, describe, expect, it } from '@jest/globals';

import { decisionAnswer } from '../../../../core/contracts/api-answers.ts';
import { explainDecision } from '../../../../functions/api/explain-decision.ts';
import { frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { decisionOf } from '../../../support/callers-sessions.ts';
import { blueRole, callerOf, redRole } from '../../../support/callers.ts';
import { failureOf } from '../../../support/fakes/expect-failure.ts';
import { grantOf, identityId } from '../../../support/grants.ts';

let front: Front;
const run = async (
  changes: Parameters<typeof callerOf>[0] = {},
  grant: string | null = null,
  roleArn: string | null = null,
) =>
  // Every answer has the documented shape.
  decisionAnswer.parse(
    await explainDecision(
      front.ports,
      front.context,
      { onBehalfOf: null, caller: callerOf(changes) },
      { grant, roleArn },
    ),
  );

beforeEach(() => {
  front = frontAtNoon();
});

describe('an explanation', () => {
  it('says what would be issued, without asking anything but the table', async () => {
    await front.register();
    const { grant, roleArn, sessionName, durationSeconds, tags } = decisionOf();
    const explained = await run();
    expect(explained).toMatchObject({
      outcome: 'allowed',
      subject: callerOf().subject,
      client: 'app',
      grant,
      roleArn,
      sessionName,
      durationSeconds,
      tags,
      identityId,
    });
    expect(explained.sessionPolicy).toContain(`private/${identityId}/*`);
    expect(explained.sessionPolicyCharacters).toBe(explained.sessionPolicy?.length);
    expect(front.journal).toEqual(['read']);
  });

  it('leaves the identity open until the subject is registered', async () => {
    const explained = await run();
    expect(explained.identityId).toBeNull();
    expect(explained.sessionPolicy).toContain('private/{{identityId}}/*');
  });

  it('has no session policy where the grant has none', async () => {
    expect(await run({ groups: ['writers'] })).toMatchObject({
      sessionPolicy: null,
      sessionPolicyCharacters: 0,
    });
  });
});

describe('[SEC-02] an explained refusal', () => {
  it.each<[string, Parameters<typeof run>, object]>([
    ['no grant', [{ groups: [] }], { error: 'Grant.Refused' }],
    ['an unknown grant', [{}, 'payroll'], { error: 'Grant.Refused' }],
    [
      'several grants',
      [{ groups: ['readers', 'writers'] }],
      { error: 'Grant.Ambiguous', choices: ['own-files', 'team-read'] },
    ],
    ['another role', [{}, null, redRole], { error: 'Role.NotMapped' }],
    [
      'several roles',
      [{ groups: ['red'], roles: [redRole, blueRole] }],
      { error: 'Role.Ambiguous', choices: [redRole, blueRole] },
    ],
  ])('is an answer that names it: %s', async (_, wish, expected) => {
    expect(await run(...wish)).toEqual({
      outcome: 'refused',
      subject: callerOf().subject,
      client: 'app',
      ...expected,
    });
    expect(front.journal).toEqual([]);
  });

  it('tells apart neither unknown grants nor refused ones', async () => {
    expect(await run({}, 'payroll')).toEqual(await run({}, 'team-read'));
  });

  it('[SEC-03] covers what was revoked', async () => {
    front.table.putRevocation('GRANT#own-files', { suspensions: 1 });
    expect(await run()).toMatchObject({ outcome: 'refused', error: 'Subject.Revoked' });
  });

  it('[SEC-07] covers values that a session may not carry', async () => {
    front = frontAtNoon({ grants: [grantOf({ tags: { team: '{{claim:team}}' } })] });
    expect(await run({ claims: { team: 'a,b' } })).toMatchObject({
      outcome: 'refused',
      error: 'Session.ValueRefused',
    });
  });

  it('covers a session policy that is too large', async () => {
    const Resource = [`arn:aws:s3:::b/${'a'.repeat(2048)}`, 'arn:aws:s3:::b/{{identityId}}/*'];
    const sessionPolicy = [{ Effect: 'Allow', Action: 's3:GetObject', Resource }];
    front = frontAtNoon({ grants: [grantOf({ sessionPolicy })] });
    await front.register();
    expect(await run()).toMatchObject({ outcome: 'refused', error: 'Session.PolicyTooLarge' });
  });

  it('is none when the table does not answer', async () => {
    front.table.failWith('Upstream.Unavailable');
    expect((await failureOf(run())).name).toBe('Upstream.Unavailable');
  });
});

describe('the trace of an explanation', () => {
  it('tells auditors every rule that was tried', async () => {
    const { trace } = await run({ groups: ['readers', 'auditors'] });
    expect(trace?.map(({ grant, allowedBy }) => [grant, allowedBy])).toEqual([
      ['own-files', 0],
      ['team-read', null],
      ['by-role', null],
      ['reports', null],
      ['service-self', null],
    ]);
    expect(trace?.[1]?.rules).toEqual([
      { rule: 0, effect: 'allow', matched: false, failedCondition: 'groups.anyOf' },
    ]);
  });

  it('goes with a refusal too', async () => {
    const explained = await run({ groups: ['auditors'] }, 'team-read');
    expect(explained).toMatchObject({ outcome: 'refused', trace: [{ grant: 'team-read' }] });
  });

  it.each([
    ['no group', []],
    ['another group', ['readers']],
    ['a cousin of the group', ['auditors2', 'Auditors', 'auditors,readers']],
  ])('is told to nobody with %s', async (_, groups) => {
    expect((await run({ groups })).trace).toBeUndefined();
  });
});
