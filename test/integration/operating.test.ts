import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metricList, type MetricName } from '../../core/metrics/metric-list.ts';
import type { Twin } from '../../local/twin.ts';
import { buildCommandUnderTest, type CommandUnderTest, type Ended } from '../support/command.ts';
import { callApi } from '../support/twin/api.ts';
import { startDemoTwin } from '../support/twin/demo-twin.ts';
import { signIn } from '../support/twin/people.ts';

interface MetricLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: MetricName; readonly Unit: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

describe('operating it, on the twin', () => {
  let twin: Twin;
  let command: CommandUnderTest;
  let home: string;
  let directory: string;
  const stepkey = (...args: readonly string[]): Promise<Ended> => command.run(home, args);

  const metricLinesOf = async (functionName: string): Promise<readonly MetricLine[]> =>
    (await twin.readLog(`/aws/lambda/stepkey-${functionName}`)).flatMap(({ message }) =>
      message.includes('"_aws"') ? [JSON.parse(message) as MetricLine] : [],
    );
  const measuredBy = async (functionName: string) =>
    (await metricLinesOf(functionName)).map((line) => {
      const name = line._aws.CloudWatchMetrics[0]?.Metrics[0]?.Name ?? '';
      return [name, line['source'] ?? line['reason'] ?? line['upstream'] ?? null];
    });

  beforeAll(async () => {
    let isStsDown = false;
    const starting = startDemoTwin({
      interceptor: ({ operation }) => {
        if (isStsDown && operation === 'AssumeRoleWithWebIdentity') throw new Error('down');
      },
    });
    [twin, command] = await Promise.all([starting, buildCommandUnderTest()]);
    home = await command.home();
    directory = join(command.directory, 'copy');
    const ask = async (who: string, grant: string): Promise<void> => {
      const { idToken } = await signIn(twin, who);
      await callApi(twin, 'POST', '/v1/credentials', { token: idToken, body: { grant } });
    };
    await ask('alice', 'own-files');
    await ask('alice', 'own-files');
    await ask('alice', 'no-such-grant');
    isStsDown = true;
    await ask('bob', 'own-files');
    isStsDown = false;
  });
  afterAll(async () => {
    await twin.stop();
    await command.remove();
  });

  it('the front tells of hand-outs, refusals and failures, and the exchange of STS', async () => {
    expect(await measuredBy('api')).toEqual([
      ['MintTime', null],
      ['Issued', 'minted'],
      ['Issued', 'cache'],
      ['Denied', 'Grant.Refused'],
      ['Failed', 'Upstream.Unavailable'],
    ]);
    expect((await measuredBy('exchange')).map(String)).toContain('UpstreamErrors,sts');
  });

  it('the consumer of the stream tells how far the ledger is behind', async () => {
    while ((await metricLinesOf('publish')).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await measuredBy('publish')).map(([name]) => name)).toContain('LedgerLag');
  });

  it('the copy of the ledger is proved by the command, and shows what was changed in it', async () => {
    const invoked = await twin.call('lambda', 'Invoke', { FunctionName: 'stepkey-archive' });
    expect(invoked['FunctionError']).toBeUndefined();
    const Bucket = twin.endpoints.ledgerBucket;
    const { Contents } = await twin.call('s3', 'ListObjectsV2', { Bucket });
    const keys = (Contents as { Key: string }[]).map(({ Key }) => Key);
    for (const Key of keys) {
      expect(Key).toMatch(/^ledger\/[0-7]\/\d{12}-\d{12}\.jsonl$/);
      const { Body } = await twin.call('s3', 'GetObject', { Bucket, Key });
      const file = join(directory, Key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, Body as Uint8Array);
    }
    const verified = await stepkey('issuances', 'verify', '--export', directory);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stderr).toMatch(/^[1-9]\d* records, none missing or changed/);
    const file = join(directory, keys[0] ?? '');
    await writeFile(file, (await readFile(file, 'utf8')).replace('own-files', 'all-files'));
    expect(await stepkey('issuances', 'verify', '--export', directory)).toMatchObject({ code: 7 });
  });

  it('[SEC-51] no line has a member beside its metric and the dimensions of the list', async () => {
    const lines = await Promise.all(['api', 'exchange', 'decide', 'publish'].map(metricLinesOf));
    expect(lines.flat().length).toBeGreaterThan(5);
    for (const line of lines.flat()) {
      const [of] = line._aws.CloudWatchMetrics;
      expect(of?.Namespace).toBe('Stepkey/stepkey');
      const name = of?.Metrics[0]?.Name ?? 'Issued';
      const { dimensions, unit } = metricList[name];
      expect(of?.Metrics).toEqual([{ Name: name, Unit: unit }]);
      expect(Object.keys(line).sort()).toEqual(
        ['_aws', 'service', name, ...Object.keys(dimensions)].sort(),
      );
    }
  });
});
