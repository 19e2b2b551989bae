/** How fast the twin runs state machines, without any service under it. */
import { execute } from '../local/asl/execute.ts';
import { parseDefinition } from '../local/asl/parse.ts';
import { processTimers } from '../local/asl/timers.ts';
import type { Bench, Figure } from './bench.ts';

const next = (name: string) => ({ Next: name });

/** Six states of the kinds that issue-credentials is made of. */
const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Read',
  States: {
    Read: {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:getItem',
      Arguments: { Key: { pk: { S: "{% 'SUBJECT#' & $states.input.subject %}" } } },
      Assign: { row: '{% $states.result.Item %}' },
      ...next('Weigh'),
    },
    Weigh: {
      Type: 'Pass',
      Assign: { epoch: '{% $max([0, $row.epoch.N.$number()]) %}' },
      ...next('IsAllowed'),
    },
    IsAllowed: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $epoch > 5 %}', ...next('Refused') }],
      Default: 'Decide',
    },
    Decide: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'decide', Payload: { epoch: '{% $epoch %}' } },
      Output: { grant: '{% $states.result.Payload.grant %}' },
      ...next('Record'),
    },
    Record: {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:putItem',
      Arguments: { Item: { grant: { S: '{% $states.input.grant %}' } } },
      Output: { grant: '{% $states.input.grant %}', at: '{% $floor($millis() / 1000) %}' },
      ...next('Done'),
    },
    Done: { Type: 'Succeed' },
    Refused: { Type: 'Fail', Error: 'Grant.Refused' },
  },
};

const results: Readonly<Record<string, unknown>> = {
  'arn:aws:states:::aws-sdk:dynamodb:getItem': { Item: { epoch: { N: '3' } } },
  'arn:aws:states:::lambda:invoke': { Payload: { grant: 'own-files' } },
  'arn:aws:states:::aws-sdk:dynamodb:putItem': {},
};

export const bench: Bench = {
  name: 'interpreter',
  measure: async ({ quick }) => {
    const parsed = parseDefinition(JSON.stringify(definition), {});
    const { machine } = parsed;
    if (machine === null) throw new Error('the definition of the bench is refused');
    const run = async (index: number): Promise<void> => {
      const outcome = await execute(machine, {
        id: `arn:aws:states:us-east-1:123456789012:express:bench:${String(index)}`,
        name: String(index),
        roleArn: 'arn:aws:iam::123456789012:role/bench',
        stateMachine: { id: 'arn', name: 'bench' },
        input: { subject: 'users:1' },
        timers: processTimers({ nowEpochMillis: () => Date.now() }),
        runTask: ({ resource }) => Promise.resolve(results[resource]),
        record: () => undefined,
      });
      if (outcome.status !== 'SUCCEEDED') throw new Error(outcome.status);
    };
    const count = quick ? 500 : 5000;
    for (let index = 0; index < count; index += 1) await run(index);
    const values: number[] = [];
    for (let round = 0; round < (quick ? 2 : 5); round += 1) {
      const before = process.cpuUsage();
      for (let index = 0; index < count; index += 1) await run(index);
      const { user, system } = process.cpuUsage(before);
      values.push(count / ((user + system) / 1e6));
    }
    const figure: Figure = {
      name: 'six-state executions per second of one core',
      unit: '/s',
      values,
      bar: { atLeast: 1000 },
    };
    return [figure];
  },
};
