import { describe, expect, it } from '@jest/globals';

import { cacheKeyOf } from '../../../../core/cache/cache-key.ts';
import { decide, type Wish } from '../../../../core/grants/decide.ts';
import { matchGrants } from '../../../../core/grants/match.ts';
import { blueRole, callerOf, readersRole, redRole } from '../../../support/callers.ts';
import { decisionContextOf, grantOf, ownFiles } from '../../../support/grants.ts';
import { refusalOf } from '../../../support/refusal.ts';

const context = decisionContextOf();
const run = (changes: Parameters<typeof callerOf>[0], wish: Partial<Wish> = {}, here = context) =>
  decide(callerOf(changes), { grant: null, roleArn: null, ...wish }, here);

describe('[SEC-02] a decision', () => {
  it('holds everything that the session is made of', () => {
    expect(run({})).toEqual({
      grant: 'own-files',
      evidence: { groups: ['readers'] },
      roleArn: readersRole,
      sessionName: '11111111-2222-4333-8444-555555555555',
      durationSeconds: 3600,
      minTtlSeconds: 1200,
      tags: {
        'stepkey-subject': 'users:11111111-2222-4333-8444-555555555555',
        'stepkey-client': 'app',
        'stepkey-grant': 'own-files',
      },
      sessionPolicyTemplate: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
            Resource: 'arn:aws:s3:::stepkey-files/private/{{identityId}}/*',
          },
          {
            Effect: 'Allow',
            Action: 's3:ListBucket',
            Resource: 'arn:aws:s3:::stepkey-files',
            Condition: { StringLike: { 's3:prefix': 'private/{{identityId}}/*' } },
          },
        ],
      }),
      cacheKey: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      traceEveryRequest: false,
      rule: 0,
    });
  });

  it('is the same whenever it is made of the same', () => {
    expect(run({ tokenId: 'jti-2', authTimeEpochSeconds: 1 })).toEqual(run({}));
  });

  it('says when a grant wants an execution for every request', () => {
    const grants = [grantOf({ trace: 'every-request' })];
    expect(run({}, {}, { ...context, grants }).traceEveryRequest).toBe(true);
  });

  it('has no session policy where the grant has none', () => {
    expect(run({ groups: ['writers'] }).sessionPolicyTemplate).toBeNull();
  });

  it('names the rule that allowed', () => {
    const rules = [
      { effect: 'refuse', when: { groups: { anyOf: ['blocked'] } } },
      { when: { groups: { anyOf: ['readers'] } } },
    ];
    expect(run({}, {}, { ...context, grants: [grantOf({ rules })] }).rule).toBe(1);
  });
});

describe('[SEC-02] the grant of a request that names none', () => {
  it('is the only one that allows', () => {
    expect(run({ groups: ['writers'] }).grant).toBe('team-read');
  });

  it('is ambiguous when several allow, and says which', () => {
    const refusal = refusalOf(() => run({ groups: ['readers', 'writers'] }));
    expect(refusal.name).toBe('Grant.Ambiguous');
    expect(refusal.choices).toEqual(['own-files', 'team-read']);
  });

  it('is refused when none allows', () => {
    const refusal = refusalOf(() => run({ groups: [] }));
    expect(refusal.name).toBe('Grant.Refused');
    expect(refusal.choices).toBeUndefined();
  });

  it('is refused for a client that no grant lists', () => {
    expect(refusalOf(() => run({ client: 'batch' })).name).toBe('Grant.Refused');
  });
});

describe('[SEC-02] a grant that is named', () => {
  it('is given though others allow too', () => {
    expect(run({ groups: ['readers', 'writers'] }, { grant: 'team-read' }).grant).toBe('team-read');
  });

  it.each([
    ['is there and refuses', 'team-read'],
    ['is unknown', 'payroll'],
    ['is empty', ''],
    ['differs in case', 'Own-Files'],
    ['is a prefix of one that allows', 'own'],
    ['is longer than one that allows', 'own-files-2'],
    ['is the name under which identities are read', '-'],
    ['is a property of every object', 'constructor'],
  ])('is refused in the same way when it %s', (_, grant) => {
    const refusal = refusalOf(() => run({}, { grant }));
    expect(Object.entries(refusal)).toEqual(Object.entries(refusalOf(() => run({ groups: [] }))));
    expect(refusal.message).toBe('No such grant is available to this caller.');
  });
});

describe('[SEC-02] the role of a decision', () => {
  const caller = { groups: ['red', 'blue'], roles: [redRole, blueRole] };

  it('is the one asked for', () => {
    expect(run(caller, { roleArn: blueRole }).roleArn).toBe(blueRole);
  });

  it('is ambiguous on a tie', () => {
    expect(refusalOf(() => run(caller)).choices).toEqual([redRole, blueRole]);
  });

  it('is never looked at before the grant allows', () => {
    const refusal = refusalOf(() => run({ ...caller, groups: [] }, { roleArn: redRole }));
    expect(refusal.name).toBe('Grant.Refused');
  });

  it('gives another cache key', () => {
    expect(run(caller, { roleArn: redRole }).cacheKey).not.toBe(
      run(caller, { roleArn: blueRole }).cacheKey,
    );
  });
});

describe('[SEC-07] a value that a session may not carry', () => {
  const grants = [
    grantOf({
      sessionPolicy: [
        { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/{{claim:team}}/*' },
      ],
    }),
  ];

  it.each<[string, Record<string, string | readonly string[]>]>([
    ['is absent', {}],
    ['is a list', { team: ['a'] }],
    ['has a wildcard', { team: 'a*' }],
    ['has a slash', { team: 'a/b' }],
  ])('refuses the decision when it %s', (_, claims) => {
    const refusal = refusalOf(() => run({ claims }, {}, { ...context, grants }));
    expect(refusal.name).toBe('Session.ValueRefused');
  });
});

describe('[SEC-09] a decision on a subject’s behalf', () => {
  const acting = { client: 'batch', actor: 'batch' };

  it('tells subject and actor apart in name, tags and cache key', () => {
    const decision = run(acting);
    expect(decision).toMatchObject({
      grant: 'reports',
      sessionName: `${callerOf().sub}+${context.digest.sha256Hex('batch').slice(0, 8)}`,
      tags: {
        'stepkey-subject': callerOf().subject,
        'stepkey-client': 'batch',
        'stepkey-actor': 'batch',
        'stepkey-grant': 'reports',
      },
    });
    expect(decision.cacheKey).toBe(
      cacheKeyOf(
        {
          ...decision,
          identityPoolId: context.identityPoolId,
          developerProvider: context.developerProvider,
          subject: callerOf().subject,
          client: 'batch',
          actor: 'batch',
        },
        context.digest,
      ),
    );
  });

  it('shares a cache entry neither with another job nor with the subject', () => {
    const permissions = [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }];
    const forAll = { clients: ['app', 'batch', 'service'], role: { permissions } };
    const here = {
      ...context,
      grants: [grantOf({ ...forAll, use: 'act-as' }, 'jobs'), grantOf(forAll, 'people')],
    };
    const keys = [
      ...['batch', 'service'].map((client) => run({ client, actor: client }, {}, here)),
      ...['app', 'batch', 'service'].map((client) => run({ client }, {}, here)),
    ].map(({ cacheKey }) => cacheKey);
    expect(new Set(keys).size).toBe(5);
  });
});

describe('the trace of all grants', () => {
  it('tells how each one answers', () => {
    const matches = matchGrants(callerOf(), null, context.grants);
    expect(matches.map(({ grant, allowedBy }) => [grant, allowedBy])).toEqual([
      ['own-files', 0],
      ['team-read', null],
      ['by-role', null],
      ['reports', null],
      ['service-self', null],
    ]);
  });

  it('keeps to the one that is named', () => {
    expect(matchGrants(callerOf(), 'team-read', context.grants)).toMatchObject([
      { grant: 'team-read' },
    ]);
    expect(matchGrants(callerOf(), 'payroll', [ownFiles])).toEqual([]);
  });
});
