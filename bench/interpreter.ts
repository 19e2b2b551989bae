/** How fast the twin runs state machines, without any service under it. */
import { execute } from '../local/asl/execute.ts';
import { parseDefinition } from '../local/asl/parse.ts';
import { processTimers } from '../local/asl/timers.ts';
import type { Bench, Figure } from './bench.ts';
import { publishedInterpreter } from './published-interpreter.ts';

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
  measure: async ({ quick, progress }) => {
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
    const published = publishedInterpreter();
    if (published === null) progress('aws-local-stepfunctions is not installed: no reference');
    const perProcessorSecond = async (work: (index: number) => Promise<void>) => {
      const before = process.cpuUsage();
      for (let index = 0; index < count; index += 1) await work(index);
      const { user, system } = process.cpuUsage(before);
      return count / ((user + system) / 1e6);
    };
    const values: number[] = [];
    const references: number[] = [];
    for (let round = -1; round < (quick ? 2 : 5); round += 1) {
      const reference = published === null ? null : await perProcessorSecond(published.run);
      const own = await perProcessorSecond(run);
      // The first is for the compilers.
      if (round < 0) continue;
      values.push(own);
      if (reference !== null) references.push(reference);
    }
    const figures: Figure[] = [
      {
        name: 'six-state executions per second of one core',
        unit: '/s',
        values,
        bar: { atLeast: 1000 },
      },
    ];
    if (published !== null) {
      figures.push(
        {
          name: `interpreter / aws-local-stepfunctions ${published.version}`,
          unit: '×',
          values: values.map((own, index) => own / (references[index] ?? Number.NaN)),
          bar: { atLeast: 1 },
        },
        { name: '  the same there, per second of one core', unit: '/s', values: references },
      );
    }
    return figures;
  },
};
