import { describe, expect, it } from '@jest/globals';
import { clueOf } from '../../../console/src/clue.ts';

const identityId = 'us-east-1:1f0c2a3e-aaaa-4bbb-8ccc-1234567890ab';
const sub = '1f0c2a3e-aaaa-4bbb-8ccc-1234567890ab';
const sessionId = '01931a2b-0000-7000-8000-000000000000';

describe('a clue', () => {
  it.each([
    ['ASIAABCDEFGH12345678', 'accessKeyId', 'ASIAABCDEFGH12345678'],
    [`  ${identityId} `, 'identityId', identityId],
    [identityId.replace(':', '%3A'), 'identityId', identityId],
    [`users:${sub}`, 'subject', `users:${sub}`],
    ['partners:somebody@1', 'subject', 'partners:somebody@1'],
  ])('%s is a list by its %s', (text, field, value) => {
    expect(clueOf(text)).toEqual({ kind: 'list', filters: { [field]: value } });
  });

  it.each([
    ['2026-11-21', '2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z'],
    ['2026-11-21T12:00:30Z', '2026-11-21T11:55:30Z', '2026-11-21T12:05:30Z'],
    ['2026-11-21 12:00', '2026-11-21T11:55:00Z', '2026-11-21T12:05:00Z'],
    ['2026-11-21 12:00 UTC', '2026-11-21T11:55:00Z', '2026-11-21T12:05:00Z'],
    ['2026-11-21T12:00:00.123+01:00', '2026-11-21T10:55:00Z', '2026-11-21T11:05:00Z'],
  ])('%s is a time', (text, from, to) => {
    expect(clueOf(text)).toEqual({ kind: 'list', filters: { from, to } });
  });

  it.each([
    `private/${identityId}/reports/2026.csv`,
    `s3://files/private/${identityId}/x`,
    'arn:aws:s3:::files/team/plan.txt',
    'https://files.s3.us-east-1.amazonaws.com/team/plan.txt',
    'team/plan of the year.txt',
  ])('%s is an object', (text) => {
    expect(clueOf(text)).toEqual({ kind: 'object', object: text });
  });

  it('is an object also where it was escaped', () => {
    expect(clueOf(`s3://files/private/${identityId.replace(':', '%3A')}/x`)).toEqual({
      kind: 'object',
      object: `s3://files/private/${identityId}/x`,
    });
  });

  it.each([
    [sessionId, sessionId],
    [sub, sub],
    [
      `arn:aws:states:us-east-1:123456789012:express:stepkey-issue-credentials:${sessionId}:${sub}`,
      sessionId,
    ],
    [`arn:aws:sts::123456789012:assumed-role/stepkey-own-files/${sub}`, sub],
    [`arn:aws:sts::123456789012:assumed-role/stepkey-reports/${sub}+a1b2c3d4`, sub],
    ['arn:aws:sts::123456789012:assumed-role/stepkey-service-self/7abc', '7abc'],
    [`AROAEXAMPLEEXAMPLE:${sub}`, sub],
  ])('%s is an id that only asking tells', (text, id) => {
    expect(clueOf(text)).toEqual({ kind: 'id', id });
  });

  it.each(['own-files', 'batch', '100%', '2026-13-45'])('%s is a name', (name) => {
    expect(clueOf(name)).toEqual({ kind: 'name', name });
  });

  it('that is empty is none', () => {
    expect(clueOf('  ')).toBeNull();
  });
});
