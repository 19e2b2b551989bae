import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metricList, type MetricName } from '../../core/metrics/metric-list.ts';
import { checkList } from '../../client/cli/health/check-list.ts';
import { checkDeployment, readDeployed } from '../../client/cli/health/deployment/index.ts';
import type { Deployed } from '../../client/cli/health/deployment/deployed.ts';
import type { Finding } from '../../client/cli/health/finding.ts';
import { isAssumption, probes, proveOne } from '../../client/cli/health/live/prove.ts';
import { withStage, type Stage } from '../../client/cli/health/live/stage.ts';
import { awsOf } from '../../client/cli/health/deployment/aws.ts';
import { startOpenTwin, type OpenTwin } from '../../local/twin.ts';
import { buildCommandUnderTest, type CommandUnderTest, type Ended } from '../support/command.ts';
import { callApi } from '../support/twin/api.ts';
import { lies, lying, lyingFetch } from '../support/twin/lies.ts';
import { breakages } from '../support/twin/broken-deployments.ts';
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
  let twin: OpenTwin;
  let deployed: Deployed;
  let command: CommandUnderTest;
  let home: string;
  let directory: string;
  let endpointsFile: string;
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
    const starting = startOpenTwin({
      stateDirectory: null,
      port: 0,
      awsPort: 0,
      users: 'demo',
      interceptor: ({ operation }) => {
        if (isStsDown && operation === 'AssumeRoleWithWebIdentity') throw new Error('down');
      },
    });
    [twin, command] = await Promise.all([starting, buildCommandUnderTest()]);
    home = await command.home();
    directory = join(command.directory, 'copy');
    endpointsFile = join(command.directory, 'endpoints.json');
    await writeFile(endpointsFile, JSON.stringify(twin.endpoints), { mode: 0o600 });
    deployed = await readDeployed(endpointsFile);
    const ask = async (who: string, grant: string, once = false): Promise<void> => {
      const { idToken: token } = await signIn(twin, who);
      await callApi(twin, 'POST', '/v1/credentials', { token, body: { grant }, once });
    };
    await ask('alice', 'own-files');
    await ask('alice', 'own-files');
    await ask('alice', 'no-such-grant');
    isStsDown = true;
    await ask('bob', 'own-files', true);
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

  it('doctor says of a deployment that nothing is wrong, check by check', async () => {
    const found = await stepkey('doctor', '--deployment', endpointsFile, '--output', 'json');
    const findings = JSON.parse(found.stdout) as { check: string; level: string; mend: unknown }[];
    const ofDeployment = Object.entries(checkList).flatMap(([id, check]) =>
      check.of === 'deployment' ? [id] : [],
    );
    expect(findings.slice(1).map(({ check }) => check)).toEqual(ofDeployment);
    for (const { level, mend } of findings.slice(1)) expect([level, mend]).toEqual(['ok', null]);
    // Nobody is configured in this home, which is a finding of its own.
    expect(findings[0]).toMatchObject({ check: 'configuration', level: 'fail' });
    expect(found.code).toBe(7);
    expect(found.stdout).not.toContain(twin.endpoints.adminCredentials.secretAccessKey);
  });

  it.each(breakages)('doctor notices $what, and nothing else', async (breakage) => {
    const { failing, says, misled } = breakage;
    const decided = failing.includes('mapped-roles')
      ? `arn:aws:iam::${deployed.accountId}:role/stepkey/${misled ? 'other' : 'stepkey'}-gone`
      : null;
    const findings: Finding[] = [];
    await breakage.break?.(twin);
    try {
      const place = { ...deployed, ...misled?.(deployed) };
      for await (const finding of checkDeployment(place, decided)) findings.push(finding);
    } finally {
      await breakage.mend?.(twin);
    }
    const wrong = findings.filter(({ level }) => level !== 'ok');
    expect(wrong.map(({ check }) => check)).toEqual(failing);
    expect(wrong.map(({ message }) => message).join('\n')).toContain(says);
  });

  it('every check of a deployment was seen to fail', () => {
    const seen = new Set<string>(breakages.flatMap(({ failing }) => failing));
    for (const [id, check] of Object.entries(checkList)) {
      if (check.of === 'deployment') expect(seen).toContain(id);
    }
  });

  const secondVersion = async (): Promise<void> => {
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::nothing' }],
    });
    const PolicyArn = `arn:aws:iam::${deployed.accountId}:policy/stepkey/stepkey-revocations`;
    await twin.call('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument });
  };

  it('doctor --live shows everything that is assumed, and notices an AWS that does any of it otherwise', async () => {
    await secondVersion();
    const leftBehind: unknown[] = [];
    const place = { aws: awsOf(deployed), deployed, api: twin.endpoints.api };
    const seen: string[] = [];
    const findings = withStage(
      place,
      async function* (stage) {
        for (const id of Object.keys(probes).filter(isAssumption)) {
          yield await proveOne(stage, id);
          const putBack = lyingFetch(lies[id]);
          // What will never be so is not waited for.
          const eventually: Stage['eventually'] = (work, isEnough) =>
            stage.eventually(work, isEnough, 200);
          const lied = { ...stage, aws: lying(stage.aws, lies[id]), eventually };
          yield await proveOne(lied, id).finally(putBack);
        }
      },
      (_, error) => leftBehind.push(error),
    );
    for await (const { check, level, message } of findings) {
      seen.push(`${check} ${level}`);
      expect(message).not.toMatch(/eyJ[\w-]{20}|Aa1!/);
    }
    expect(seen).toEqual(
      Object.keys(probes).flatMap((id) => [`assumed:${id} ok`, `assumed:${id} fail`]),
    );
    expect(leftBehind).toEqual([]);
  });

  it('doctor --live takes away what it made', async () => {
    const { Roles } = await twin.call('iam', 'ListRoles', { PathPrefix: '/stepkey-doctor/' });
    const { stateMachines } = await twin.call('states', 'ListStateMachines', {});
    const { Users } = await twin.call('cognito-idp', 'ListUsers', {
      UserPoolId: twin.endpoints.userPoolId,
    });
    expect(Roles).toEqual([]);
    for (const left of [stateMachines, Users]) {
      expect(JSON.stringify(left)).not.toContain('stepkey-doctor');
    }
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
