import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runScripted, visited, type ScriptedAnswer } from './scripted-run.ts';
import { startOfTestEpochMillis } from './virtual-timers.ts';

const definition = readFileSync(
  new URL('../../../../statemachines/revoke.asl.json', import.meta.url),
  'utf8',
).replace(
  /\$\{(\w+)\}/g,
  (whole, name: string) =>
    ({
      Partition: 'aws',
      RevokeFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:revoke',
      TableName: 'stepkey',
    })[name] ?? whole,
);
const now = startOfTestEpochMillis / 1_000;
const cutOffEpochSeconds = now + 150;
const neededUntilEpochSeconds = cutOffEpochSeconds + 3_600;

const inputOf = (changes: object = {}) => ({
  action: 'revoke',
  revocationId: 'r1',
  target: { kind: 'subject', name: 'users:a' },
  suspends: false,
  denies: true,
  ...changes,
});
const records = [
  'RecordRefusal',
  'RecordPurge',
  'RecordDeniedSessions',
  'RecordInForce',
  'RecordLift',
  'RecordRestored',
  'RecordRevocationFailure',
];
const payload = (Payload: unknown): ScriptedAnswer => ({ result: { Payload } });

const run = (
  changes: object = {},
  script: Readonly<Record<string, readonly ScriptedAnswer[]>> = {},
) =>
  runScripted(definition, inputOf(changes), {
    ...Object.fromEntries(records.map((name) => [name, [{ result: {} }]])),
    RaiseEpoch: [payload({ outcome: 'raised', cutOffEpochSeconds })],
    PurgeEntries: [payload({ purgedEntries: 2 })],
    DenySessions: [payload({ form: 'statement', neededUntilEpochSeconds })],
    LiftDenial: [payload({})],
    RestoreTarget: [payload({})],
    LiftRestoredDenial: [payload({})],
    ...script,
  });

const toDenial = [
  'IsRestoration',
  'RaiseEpoch',
  'IsStillWanted',
  'RecordRefusal',
  'IsOfSubject',
  'PurgeEntries',
  'RecordPurge',
  'IsDenialNeeded',
  'DenySessions',
  'RecordDeniedSessions',
];
const toEnd = ['LiftDenial', 'RecordLift', 'InForce'];

describe('the machine revoke', () => {
  it('denies until the longest session has ended, and then lifts the denial', async () => {
    const { events, elapsedMillis, requests } = await run();
    expect(visited(events)).toEqual([...toDenial, 'AwaitSessionsEnd', ...toEnd]);
    expect(elapsedMillis).toBe((neededUntilEpochSeconds - now) * 1_000);
    const denied = requests.find(({ context }) => context.State.Name === 'DenySessions');
    expect(denied?.arguments).toMatchObject({ Payload: { cutOffEpochSeconds } });
  });

  it('denies also where the entries could not be deleted: they are of no use by then', async () => {
    const { events } = await run({}, { PurgeEntries: [{ error: 'Upstream.Misconfigured' }] });
    expect(visited(events)).toEqual([
      ...toDenial.filter((name) => name !== 'RecordPurge'),
      'AwaitSessionsEnd',
      ...toEnd,
    ]);
  });

  it('waits its turn at the policy', async () => {
    const { events } = await run(
      {},
      {
        DenySessions: [
          { error: 'Revocation.WriterBusy' },
          { error: 'Revocation.WriterBusy' },
          payload({ form: 'statement', neededUntilEpochSeconds }),
        ],
      },
    );
    expect(visited(events)).toEqual([...toDenial, 'AwaitSessionsEnd', ...toEnd]);
  });

  it('has nothing to deny where no session can be alive', async () => {
    const { events } = await run({ denies: false });
    expect(visited(events).slice(-3)).toEqual(['IsDenialNeeded', 'RecordInForce', 'InForce']);
  });

  it('ends at once where it was restored before', async () => {
    const { events } = await run(
      {},
      {
        RaiseEpoch: [payload({ outcome: 'restored', cutOffEpochSeconds: 0 })],
      },
    );
    expect(visited(events).slice(-2)).toEqual(['IsStillWanted', 'Superseded']);
  });

  it('lifts what it denied where it was restored meanwhile', async () => {
    const { events } = await run(
      {},
      {
        RecordDeniedSessions: [{ error: 'DynamoDb.ConditionalCheckFailedException' }],
      },
    );
    expect(visited(events)).toEqual([...toDenial, ...toEnd]);
  });

  it('restores without waiting for anything', async () => {
    const { events, elapsedMillis } = await run({ action: 'restore' });
    expect(visited(events)).toEqual([
      'IsRestoration',
      'RestoreTarget',
      'LiftRestoredDenial',
      'RecordRestored',
      'Restored',
    ]);
    expect(elapsedMillis).toBe(0);
  });

  it('records what failed and fails by its name', async () => {
    const { events, outcome } = await run(
      {},
      {
        DenySessions: [{ error: 'Upstream.Misconfigured' }],
      },
    );
    expect(visited(events).slice(-2)).toEqual(['RecordRevocationFailure', 'Failed']);
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Upstream.Misconfigured' });
  });
});
