import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';

import { stepFunctionsBatchMachine } from '../../../adapters/batch-machine.ts';
import type { BatchMachine } from '../../../core/batches/ports.ts';
import { processTimers } from '../../../local/asl/timers.ts';
import { AwsError } from '../../../local/aws.ts';
import { createStatesService, type StatesService } from '../../../local/services/states/service.ts';
import { memoryStore } from '../../../local/state/store.ts';
import { startAwsWire, wireCredentials } from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeBatchMachine } from '../../support/fakes/fake-batch-machine.ts';
import { admin, clock, close, listen, settingsOf } from '../../support/twin/aws-endpoint.ts';
import { twinContext } from '../../support/twin/call-context.ts';

let server: Server;
let service: StatesService;
let client: SFNClient;
let stateMachineArn: string;
beforeAll(async () => {
  service = await createStatesService({
    store: memoryStore(),
    call: () => Promise.reject(new TypeError('the machine calls nothing')),
    invokeFunction: (_, payload) => Promise.resolve({ payload }),
    principalOfRole: () => Promise.resolve(twinContext.principal),
    mayDo: () => true,
    timers: processTimers(clock),
    writeLog: () => undefined,
  });
  server = await listen(service, () => ({ Statement: [] }));
  client = new SFNClient({ ...settingsOf(server, admin), disableHostPrefix: true });
  const made = await client.send(
    new CreateStateMachineCommand({
      name: 'issue-batch',
      roleArn: 'arn:aws:iam::123456789012:role/machine',
      type: 'STANDARD',
      definition: JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: 'Rest',
        States: { Rest: { Type: 'Wait', Seconds: 3600, End: true } },
      }),
    }),
  );
  stateMachineArn = made.stateMachineArn ?? '';
});
afterAll(async () => {
  client.destroy();
  await service.close();
  await close(server);
});

let count = 0;
type Input = Parameters<BatchMachine['start']>[0];
const newInput = (changes: Partial<Input> = {}): Input => {
  count += 1;
  return {
    batchId: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    run: 1,
    client: 'batch',
    grant: 'reports',
    sealedWarrant: 'c2VhbGVk',
    manifest: { key: 'batches/batch/today.csv', format: 'csv' },
    ...changes,
  };
};

describe.each([
  ['the fake', fakeBatchMachine],
  ['Step Functions', () => stepFunctionsBatchMachine({ client, stateMachineArn })],
] as const)('%s, as the machine of batches', (_name, newMachine) => {
  it('knows nothing of a run that was never started, and stops it without complaint', async () => {
    const machine = newMachine();
    const run = newInput();
    expect(await machine.stateOf(run)).toBe('unknown');
    await machine.stop(run);
    expect(await machine.stateOf(run)).toBe('unknown');
  });

  it('starts a run once, whatever is started under its name again', async () => {
    const machine = newMachine();
    const run = newInput();
    await machine.start(run);
    await machine.start(run);
    await machine.start({ ...run, sealedWarrant: 'YW5vdGhlcg==' });
    expect(await machine.stateOf(run)).toBe('running');
  });

  it('stops a run, which stays ended', async () => {
    const machine = newMachine();
    const run = newInput();
    await machine.start(run);
    await machine.stop(run);
    expect(await machine.stateOf(run)).toBe('ended');
    await machine.stop(run);
    await machine.start({ ...run, sealedWarrant: 'YW5vdGhlcg==' });
    expect(await machine.stateOf(run)).toBe('ended');
  });

  it('runs a batch again under the next number', async () => {
    const machine = newMachine();
    const first = newInput();
    await machine.start(first);
    await machine.stop(first);
    const second = { ...first, run: 2 };
    await machine.start(second);
    expect([await machine.stateOf(first), await machine.stateOf(second)]).toEqual([
      'ended',
      'running',
    ]);
  });
});

describe('stepFunctionsBatchMachine', () => {
  it('hands the machine the whole input, under the name of the run', async () => {
    const run = newInput({ run: 3 });
    await stepFunctionsBatchMachine({ client, stateMachineArn }).start(run);
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${run.batchId}-3`;
    const { input } = (await service.operations['DescribeExecution']?.run(
      { executionArn },
      twinContext,
    )) as { input: string };
    expect(JSON.parse(input)).toEqual(run);
  });

  it.each([
    ['ThrottlingException', 400, 'Upstream.Throttled'],
    ['ExecutionLimitExceeded', 400, 'Upstream.Throttled'],
    ['InternalServerException', 500, 'Upstream.Unavailable'],
    ['StateMachineDoesNotExist', 400, 'Upstream.Misconfigured'],
    ['AccessDeniedException', 400, 'Upstream.Misconfigured'],
  ])('translates %s of status %i to %s', async (code, statusCode, name) => {
    const wire = await startAwsWire();
    wire.respond = () => {
      throw new AwsError(code, 'refused', { statusCode });
    };
    const failing = new SFNClient({
      region: 'us-east-1',
      endpoint: wire.endpoint,
      credentials: wireCredentials,
      maxAttempts: 1,
    });
    const machine = stepFunctionsBatchMachine({ client: failing, stateMachineArn });
    const run = newInput();
    expect(await nameOfFailure(machine.start(run))).toBe(name);
    expect(await nameOfFailure(machine.stop(run))).toBe(name);
    expect(await nameOfFailure(machine.stateOf(run))).toBe(name);
    failing.destroy();
    await wire.close();
  });
});
