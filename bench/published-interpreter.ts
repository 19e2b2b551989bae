/**
 * The npm package aws-local-stepfunctions (MIT), where it is installed: the one published JavaScript interpreter of the
 * Amazon States Language that runs a machine whole. It knows JSONPath only.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface PublishedInterpreter {
  readonly version: string;
  readonly run: () => Promise<void>;
}

interface Package {
  readonly StateMachine: new (
    definition: unknown,
    options: unknown,
  ) => {
    readonly run: (input: unknown, options: unknown) => { readonly result: Promise<unknown> };
  };
}

const packageName = 'aws-local-stepfunctions';
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;

/** The six states of interpreter.ts, as they are written in JSONPath. */
const definition = {
  StartAt: 'Read',
  States: {
    Read: {
      Type: 'Task',
      Resource: functionArn('get'),
      Parameters: { Key: { pk: { 'S.$': "States.Format('SUBJECT#{}', $.subject)" } } },
      ResultPath: '$.row',
      Next: 'Weigh',
    },
    Weigh: {
      Type: 'Pass',
      Parameters: { 'epoch.$': 'States.StringToJson($.row.Item.epoch.N)' },
      Next: 'IsAllowed',
    },
    IsAllowed: {
      Type: 'Choice',
      Choices: [{ Variable: '$.epoch', NumericGreaterThan: 5, Next: 'Refused' }],
      Default: 'Decide',
    },
    Decide: {
      Type: 'Task',
      Resource: functionArn('decide'),
      Parameters: { FunctionName: 'decide', Payload: { 'epoch.$': '$.epoch' } },
      ResultSelector: { 'grant.$': '$.Payload.grant' },
      Next: 'Record',
    },
    Record: {
      Type: 'Task',
      Resource: functionArn('put'),
      Parameters: { Item: { grant: { 'S.$': '$.grant' } } },
      ResultPath: null,
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
    Refused: { Type: 'Fail', Error: 'Grant.Refused' },
  },
};

const taskResourceLocalHandlers = {
  Read: () => Promise.resolve({ Item: { epoch: { N: '3' } } }),
  Decide: () => Promise.resolve({ Payload: { grant: 'own-files' } }),
  Record: () => Promise.resolve({}),
};

/** What the package takes for granted, and Node 20 does not have. */
const provideWithResolvers = (): void => {
  if ('withResolvers' in Promise) return;
  Object.assign(Promise, {
    withResolvers: () => {
      const made: Record<string, unknown> = {};
      made['promise'] = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
      return made;
    },
  });
};

/** @returns null where it is not installed */
export const publishedInterpreter = (): PublishedInterpreter | null => {
  const require = createRequire(import.meta.url);
  let found: Package;
  try {
    found = require(packageName) as Package;
  } catch {
    return null;
  }
  provideWithResolvers();
  const manifest = join(dirname(require.resolve(packageName)), '..', 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  const machine = new found.StateMachine(definition, {
    validationOptions: { checkPaths: false, checkArn: false },
  });
  return {
    version,
    run: async () => {
      const { result } = machine.run(
        { subject: 'users:1' },
        { overrides: { taskResourceLocalHandlers } },
      );
      const { grant } = (await result) as { readonly grant?: string };
      if (grant !== 'own-files') throw new Error('The published interpreter gave another answer');
    },
  };
};
