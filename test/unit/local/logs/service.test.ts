import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openJournal } from '../../../../local/services/logs/journal.ts';
import { createLogsService } from '../../../../local/services/logs/service.ts';
import type { LogsService } from '../../../../local/services/logs/service.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import { twinContext } from '../../../support/twin/call-context.ts';

// One file, though long: one log group serves all its stories.

type Fields = Record<string, unknown>;

let now = 1_700_000_000_000;
const clock = { nowEpochMillis: () => now };
const logGroupName = '/aws/vendedlogs/states/issue';

let logs: LogsService;
const call = async (operation: string, input: Fields): Promise<Fields> => {
  const found = logs.operations[operation];
  if (found === undefined) throw new Error(operation);
  return found.run(input, twinContext);
};
const messages = (output: Fields): string[] =>
  (output['events'] as { message: string }[]).map(({ message }) => message);
const filter = async (input: Fields) =>
  messages(await call('FilterLogEvents', { logGroupName, ...input }));

beforeEach(async () => {
  now = 1_700_000_000_000;
  logs = await createLogsService({ directory: null, store: memoryStore(), clock });
  await logs.createLogGroup({ name: logGroupName, retentionInDays: 30 });
});

describe('groups', () => {
  it('are described with their settings', async () => {
    logs.writeLog('/other', 's', 1, 'm');
    logs.writeLog(logGroupName, 's', 1, 'm');
    expect(await call('DescribeLogGroups', { logGroupNamePrefix: '/aws' })).toMatchObject({
      logGroups: [
        {
          logGroupName,
          arn: `arn:aws:logs:us-east-1:123456789012:log-group:${logGroupName}:*`,
          creationTime: now,
          retentionInDays: 30,
        },
      ],
    });
  });

  it('are made once by callers, and as often as wanted by the deployer', async () => {
    await logs.createLogGroup({ name: logGroupName });
    await expect(call('CreateLogGroup', { logGroupName })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
    });
  });

  it('that are not there are ResourceNotFoundException', async () => {
    await expect(call('FilterLogEvents', { logGroupName: '/none' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await expect(
      call('GetLogEvents', { logGroupName, logStreamName: 'none' }),
    ).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });
});

describe('events of a stream', () => {
  beforeEach(() => {
    for (const time of [3, 1, 2, 5, 4]) logs.writeLog(logGroupName, 's', time, `m${String(time)}`);
    logs.writeLog(logGroupName, 'other', 3, 'not mine');
  });
  const read = (input: Fields) =>
    call('GetLogEvents', { logGroupName, logStreamName: 's', ...input });

  it('come in order of time, whatever order they were written in', async () => {
    expect(messages(await read({ startFromHead: true }))).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    expect(messages(await read({ limit: 2 }))).toEqual(['m4', 'm5']);
  });

  it('are read on in both directions, and end with the same token', async () => {
    const first = await read({ startFromHead: true, limit: 3 });
    const second = await read({ nextToken: first['nextForwardToken'] });
    expect(messages(second)).toEqual(['m4', 'm5']);
    const third = await read({ nextToken: second['nextForwardToken'] });
    expect(third).toMatchObject({ events: [], nextForwardToken: second['nextForwardToken'] });
    expect(messages(await read({ nextToken: second['nextBackwardToken'], limit: 1 }))).toEqual([
      'm3',
    ]);
  });

  it('begin at the start time and end before the end time', async () => {
    expect(messages(await read({ startTime: 2, endTime: 4 }))).toEqual(['m2', 'm3']);
  });

  it.each([{ nextToken: 'x/1' }, { limit: 0 }, { limit: 10_001 }])('refuse %j', async (input) => {
    await expect(read(input)).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });
});

describe('filters', () => {
  const step = (arn: string, extra: Fields = {}): string =>
    JSON.stringify({ execution_arn: arn, type: 'TaskStateEntered', ...extra });
  beforeEach(() => {
    logs.writeLog(logGroupName, 'a', 1, 'plain ERROR text');
    logs.writeLog(logGroupName, 'b', 2, step('arn:one', { details: { name: 'MapRole', n: 4 } }));
    logs.writeLog(logGroupName, 'b', 3, step('arn:two', { list: [{ x: 'y' }] }));
  });

  it.each([
    ['', [1, 2, 3]],
    ['ERROR', [1]],
    ['"ERROR text"', [1]],
    ['plain text', [1]],
    ['plain absent', []],
    ['-ERROR', [2, 3]],
    ['?ERROR ?MapRole', [1, 2]],
    ['error', []],
    ['{ $.execution_arn = "arn:one" }', [2]],
    ['{$.execution_arn="arn:one"}', [2]],
    ['{ $.execution_arn = "arn" }', []],
    ['{ $.execution_arn = "arn:*" }', [2, 3]],
    ['{ $.details.name = MapRole }', [2]],
    ['{ $.details.n = 4 && $.execution_arn = "arn:one" }', [2]],
    ['{ $.details.n = 4 && $.execution_arn = "arn:two" }', []],
    ['{ $.list[0].x = "y" }', [3]],
    ['{ $.constructor = "*" }', []],
  ])('%s', async (filterPattern, times) => {
    const found = await call('FilterLogEvents', { logGroupName, filterPattern });
    expect((found['events'] as { timestamp: number }[]).map(({ timestamp }) => timestamp)).toEqual(
      times,
    );
  });

  it.each(['{ $.a }', '{ $.a > 1 }', '{ $.a = 1', '[a, b]', '"open', '{ $.a = 1 || $.b = 2 }'])(
    'refuse %s rather than guess',
    async (filterPattern) => {
      await expect(filter({ filterPattern })).rejects.toMatchObject({
        code: 'InvalidParameterException',
      });
    },
  );

  it('keep to streams and times, in pages', async () => {
    expect(await filter({ logStreamNames: ['a'] })).toHaveLength(1);
    expect(await filter({ logStreamNamePrefix: 'b', startTime: 3 })).toHaveLength(1);
    const first = await call('FilterLogEvents', { logGroupName, limit: 2 });
    expect(first['events']).toHaveLength(2);
    expect(await filter({ nextToken: first['nextToken'] })).toEqual([
      step('arn:two', { list: [{ x: 'y' }] }),
    ]);
  });
});

describe('what a call needs to be allowed', () => {
  it('names the group', () => {
    const authorize = logs.operations['FilterLogEvents']?.authorize;
    if (typeof authorize !== 'function') throw new Error('authorize');
    expect(authorize({ logGroupName })).toEqual([
      {
        action: 'logs:FilterLogEvents',
        resource: `arn:aws:logs:us-east-1:123456789012:log-group:${logGroupName}:log-stream:`,
      },
    ]);
  });
});

describe('journals', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'logs-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('are there after reopening, and a line that was cut off harms no other', async () => {
    const store = memoryStore();
    const first = await createLogsService({ directory, store, clock });
    first.writeLog('/g', 's', 1, 'kept');
    await first.close();
    const [group = ''] = await readdir(directory);
    const [file = ''] = await readdir(join(directory, group));
    await appendFile(join(directory, group, file), '{"id":"1","str');
    now += 1;
    logs = await createLogsService({ directory, store, clock });
    logs.writeLog('/g', 's', 1, 'later');
    expect(await filter({ logGroupName: '/g' })).toEqual(['kept', 'later']);
    await logs.close();
  });

  it('tell a line at once, and how many bytes they hold, though it waits to be written', async () => {
    logs = await createLogsService({ directory, store: memoryStore(), clock });
    for (const message of ['first', 'second', 'third']) {
      logs.writeLog('/g', 's', 1, message);
      expect((await filter({ logGroupName: '/g' })).at(-1)).toBe(message);
    }
    const bytes = async () => {
      const { logGroups } = await call('DescribeLogGroups', {});
      return (logGroups as { storedBytes: number }[])[0]?.storedBytes ?? 0;
    };
    const before = await bytes();
    logs.writeLog('/g', 's', 1, 'fourth');
    expect(await bytes()).toBeGreaterThan(before);
    await logs.close();
  });

  it('tell a message that is JSON as the text that it was', async () => {
    logs = await createLogsService({ directory, store: memoryStore(), clock });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (value) => {
        const message = JSON.stringify(value);
        logs.writeLog('/g', 's', 1, message, 'json');
        expect((await filter({ logGroupName: '/g' })).at(-1)).toBe(message);
      }),
    );
    await logs.close();
  });

  it('hold, once closed, every line of every group in the order of writing', async () => {
    const store = memoryStore();
    const first = await createLogsService({ directory, store, clock });
    const groups = ['/g', '/h'];
    for (let index = 0; index < 100; index += 1) {
      for (const group of groups) first.writeLog(group, 's', 1, String(index));
      if (index % 30 === 0) await new Promise(setImmediate);
    }
    await first.close();
    for (const group of groups) {
      const [file = ''] = await readdir(join(directory, encodeURIComponent(group)));
      const text = await readFile(join(directory, encodeURIComponent(group), file), 'utf8');
      const lines = text.trimEnd().split('\n');
      const told = lines.map((line) => (JSON.parse(line) as { message: string }).message);
      expect(told).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
    }
  });

  it('keep the newest lines when they are full', async () => {
    const journal = await openJournal(directory, 100);
    for (let index = 0; index < 50; index += 1) {
      journal.append(`${String(index)} ${'x'.repeat(40)}`);
      await journal.settled();
    }
    const lines = await journal.lines();
    expect(lines.length).toBeLessThan(20);
    expect(lines.at(-1)).toMatch(/^49 /);
    expect((await readdir(directory)).length).toBeLessThanOrEqual(4);
    await journal.close();
  });

  it('keep the order of what is appended at once', async () => {
    const journal = await openJournal(directory);
    const lines = Array.from({ length: 1000 }, (_, index) => String(index));
    lines.forEach(journal.append);
    expect(await journal.lines()).toEqual(lines);
    await journal.close();
  });
});

describe('streams', () => {
  const streams = async (input: Fields = {}) => {
    const answer = await call('DescribeLogStreams', { logGroupName, ...input });
    const found = answer['logStreams'] as { logStreamName: string }[];
    return { names: found.map(({ logStreamName }) => logStreamName), found, answer };
  };
  beforeEach(() => {
    logs.writeLog(logGroupName, 'b', 100, 'first');
    logs.writeLog(logGroupName, 'a', 300, 'only');
    logs.writeLog(logGroupName, 'b', 200, 'last');
  });

  it('are described by their events, by name or by the newest event', async () => {
    expect((await streams()).names).toEqual(['a', 'b']);
    expect((await streams({ descending: true })).names).toEqual(['b', 'a']);
    expect((await streams({ orderBy: 'LastEventTime' })).names).toEqual(['b', 'a']);
    const { names, found } = await streams({ logStreamNamePrefix: 'b' });
    expect(names).toEqual(['b']);
    expect(found[0]).toMatchObject({
      arn: `arn:aws:logs:us-east-1:123456789012:log-group:${logGroupName}:log-stream:b`,
      firstEventTimestamp: 100,
      lastEventTimestamp: 200,
      lastIngestionTime: now,
    });
  });

  it('come in pages', async () => {
    const first = await streams({ limit: 1 });
    expect(first.names).toEqual(['a']);
    const second = await streams({ limit: 1, nextToken: first.answer['nextToken'] });
    expect([second.names, second.answer['nextToken']]).toEqual([['b'], undefined]);
  });

  it.each([
    ['limit', { limit: 51 }, 'InvalidParameterException'],
    ['order', { orderBy: 'Size' }, 'InvalidParameterException'],
    ['token', { nextToken: 'x' }, 'InvalidParameterException'],
    ['group', { logGroupName: '/none' }, 'ResourceNotFoundException'],
  ])('are refused for a wrong %s', async (_case, input, code) => {
    await expect(streams(input)).rejects.toMatchObject({ code });
  });
});
