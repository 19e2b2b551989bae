/** The definitions whose outcomes our interpreter must give, run by an interpreter that is not ours. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, describe, expect, it } from '@jest/globals';

interface Case {
  readonly title: string;
  readonly definition: { readonly States: Readonly<Record<string, Readonly<State>>> };
  readonly input: unknown;
  readonly tasks?: object;
  readonly objects?: object;
  readonly elapsedMillis?: number;
  readonly outcome: Outcome;
}

interface State {
  readonly Type: string;
  readonly Output?: unknown;
}

interface Outcome {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
}

/** Where ministack does otherwise than AWS's documentation says, each with what it does; or a case tells our own names. */
const departures: ReadonlyMap<string, string> = new Map([
  [
    "ItemSelector sees the item's index and value; the child has its own input and execution",
    'gives children of a distributed Map its whole input, and names them by chance',
  ],
  ['ItemBatcher gives a child several items and what they share', 'knows no batches'],
  ["a writer's configuration alone transforms the state's output", 'knows no WriterConfig'],
  ["Step Functions' own functions", 'the clock and the chance are of our own tests'],
  ['there is no $eval', 'has it'],
  ['a function is no value', 'fails too, with States.Runtime'],
  [
    'the context object tells the execution, the state and the machine',
    'the names are of our own tests',
  ],
  [
    'Choice applies its own Output and Assign where no rule is met',
    'leaves out the Output of a Choice',
  ],
  ['a condition that is no boolean fails the execution', 'takes what is true to JSONata'],
  [
    'a failing branch ends the others, and its error can be caught',
    'waits for the other branch, which waits for minutes',
  ],
  [
    'Map tolerates as many failures as it says, and leaves those items out',
    'tolerates none in an inline Map',
  ],
  ['Map fails above the failures that it tolerates', 'fails too, with the error of the item'],
  ['Fail needs neither Error nor Cause', 'fails too, with an error of its own'],
  [
    'Parallel gives its Arguments to every branch, each with its own variables',
    'leaves out the Arguments of a Parallel',
  ],
  ['Map over what is no array fails', 'makes a list of one of it'],
]);

const endpoint = process.env['STEPKEY_STATES'];
const folder = new URL('../../fixtures/asl/', import.meta.url);
const cases = readdirSync(folder).flatMap(
  (file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Case[],
);

/** No functions and buckets lie behind it, and nobody waits for its clock. */
const isJudged = ({ definition, tasks, objects, elapsedMillis = 0 }: Case): boolean =>
  tasks === undefined &&
  objects === undefined &&
  elapsedMillis === 0 &&
  !JSON.stringify(definition).includes('"Type":"Task"');

/** It leaves out the Output of Succeed, which ends like a Pass with the same. */
const asPass = (definition: Case['definition']): object => ({
  QueryLanguage: 'JSONata',
  ...definition,
  States: Object.fromEntries(
    Object.entries(definition.States).map(([name, state]) => [
      name,
      state.Type === 'Succeed' && state.Output !== undefined
        ? { Type: 'Pass', Output: state.Output, End: true }
        : state,
    ]),
  ),
});

const sfn = new SFNClient({
  region: 'us-east-1',
  endpoint: endpoint ?? 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'of no use', secretAccessKey: 'anywhere' },
});
afterAll(() => {
  sfn.destroy();
});

const runThere = async (name: string, { definition, input }: Case): Promise<Outcome> => {
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({
      name,
      roleArn: 'arn:aws:iam::000000000000:role/machine',
      definition: JSON.stringify(asPass(definition)),
    }),
  );
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  for (let asked = 0; asked < 100; asked += 1) {
    const { status, output, error } = await sfn.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    if (status !== 'RUNNING')
      return {
        status: status ?? '',
        ...(status === 'SUCCEEDED' ? { output: JSON.parse(output ?? 'null') as unknown } : {}),
        ...(error === undefined ? {} : { error }),
      };
    await setTimeout(50);
  }
  return { status: 'RUNNING' };
};

(endpoint === undefined ? describe.skip : describe)('ministack', () => {
  it.each(cases.filter(isJudged).map((each, index) => [each.title, index, each] as const))(
    'agrees: %s',
    async (title, index, each) => {
      const { status, output, error } = each.outcome;
      const here = expect.objectContaining({
        status,
        ...(output === undefined ? {} : { output }),
        ...(error === undefined ? {} : { error }),
      });
      const there = await runThere(`case-${String(index)}`, each);
      if (!departures.has(title)) expect(there).toEqual(here);
      // One that agrees by now must not be listed any more.
      else expect(there).not.toEqual(here);
    },
  );

  it('is given no departure that is no case', () => {
    const titles = cases.filter(isJudged).map(({ title }) => title);
    expect([...departures.keys()].filter((title) => !titles.includes(title))).toEqual([]);
  });
});
