import { describe, expect, it } from '@jest/globals';
import { runScripted } from './scripted-run.ts';
import { jsonata, task } from './jsonata-machine.ts';

describe('tasks', () => {
  const machine = jsonata({
    Work: { ...task, Arguments: { fixed: { list: [1] } }, TimeoutSeconds: 3, End: true },
  });

  it('get a copy of their arguments that they may change', async () => {
    const seen: unknown[] = [];
    for (const turn of [1, 2]) {
      await runScripted(
        machine,
        {},
        {},
        {
          runTask: (request) => {
            seen.push(structuredClone(request.arguments));
            (request.arguments as { fixed: { list: number[] } }).fixed.list.push(turn);
            return Promise.resolve({});
          },
        },
      );
    }

    expect(seen).toEqual([{ fixed: { list: [1] } }, { fixed: { list: [1] } }]);
  });

  it('are told by their signal that their result is no longer wanted', async () => {
    const run = await runScripted(machine, {}, { Work: [{ takesMillis: 5_000, result: 1 }] });

    expect(run.requests[0]).toMatchObject({ timeoutMillis: 3_000 });
    expect(run.requests[0]?.signal().aborted).toBe(true);
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('that break instead of failing end the run with what they threw', async () => {
    const broken = runScripted(
      machine,
      {},
      {},
      {
        runTask: () => Promise.reject(new RangeError('broken')),
      },
    );

    await expect(broken).rejects.toThrow(RangeError);
  });

  it('are scheduled under the names that history gives them', async () => {
    const run = await runScripted(machine, {}, { Work: [{ result: { Item: 1 } }] });

    expect(run.events.slice(2, 5).map(({ details }) => details)).toEqual([
      {
        resourceType: 'aws-sdk:dynamodb',
        resource: 'getItem',
        region: 'us-east-1',
        parameters: '{"fixed":{"list":[1]}}',
        timeoutInSeconds: 3,
      },
      { resourceType: 'aws-sdk:dynamodb', resource: 'getItem' },
      { resourceType: 'aws-sdk:dynamodb', resource: 'getItem', output: '{"Item":1}' },
    ]);
    expect(run.events.map(({ id, previousEventId }) => [id, previousEventId])).toEqual([
      [1, 0],
      [2, 0],
      [3, 2],
      [4, 3],
      [5, 4],
      [6, 5],
      [7, 6],
    ]);
  });
});
