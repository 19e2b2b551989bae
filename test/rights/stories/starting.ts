import { AwsError } from '../../../local/aws.ts';
import type { Owner, Stage, Stories } from '../story.ts';

const functionNames = [
  'api',
  'decide',
  'identity',
  'exchange',
  'revocations',
  'revoke',
  'batches',
  'publish',
  'archive',
  'replay',
  'audit',
  'pre-token-generation',
] as const;
const machineNames = ['issue-credentials', 'issue-batch', 'revoke'] as const;
const waysToStart = ['StartExecution', 'StartSyncExecution'] as const;

type What =
  | { readonly invoke: (typeof functionNames)[number] }
  | { readonly start: (typeof machineNames)[number]; readonly by: (typeof waysToStart)[number] };

/** Who sets what going; each of them nothing else, and everybody else nothing. */
const who: Readonly<Partial<Record<Owner, readonly What[]>>> = {
  'function stepkey-api': waysToStart.map((by) => ({ start: 'issue-credentials', by })),
  'function stepkey-batches': [{ start: 'issue-batch', by: 'StartExecution' }],
  'function stepkey-revocations': [{ start: 'revoke', by: 'StartExecution' }],
  'function stepkey-revoke': [{ start: 'revoke', by: 'StartExecution' }],
  'machine stepkey-issue-credentials': [
    { invoke: 'decide' },
    { invoke: 'identity' },
    { invoke: 'exchange' },
  ],
  'machine stepkey-issue-batch': [
    { invoke: 'batches' },
    { start: 'issue-credentials', by: 'StartSyncExecution' },
    { start: 'issue-batch', by: 'StartExecution' },
  ],
  'machine stepkey-revoke': [{ invoke: 'revoke' }],
};

const owners: readonly Owner[] = [
  ...functionNames.map((name): Owner => `function stepkey-${name}`),
  ...machineNames.map((name): Owner => `machine stepkey-${name}`),
];

const everything: readonly What[] = [
  ...functionNames.map((invoke) => ({ invoke })),
  ...machineNames.flatMap((start) => waysToStart.map((by) => ({ start, by }))),
];

/** Sets nothing going, and is looked at only after the right to send it. */
const notJson = '{';

const attempt = async (stage: Stage, owner: Owner, what: What): Promise<void> => {
  const call = stage.as(owner);
  if ('invoke' in what) {
    const FunctionName = `stepkey-${what.invoke}`;
    await call('lambda', 'Invoke', { FunctionName, InvocationType: 'DryRun' });
    return;
  }
  const stateMachineArn = stage.twin.endpoints.stateMachines[what.start];
  try {
    await call('states', what.by, { stateMachineArn, input: notJson });
  } catch (error) {
    if (error instanceof AwsError && error.code === 'InvalidExecutionInput') return;
    throw error;
  }
  throw new Error('What is no JSON was taken.');
};

export const starting: Stories = owners.map((owner) => ({
  title: `${owner} sets going what it has to, and nothing else`,
  tell: async (stage: Stage) => {
    for (const what of everything) {
      const isMeant = who[owner]?.some((each) => JSON.stringify(each) === JSON.stringify(what));
      const call = attempt(stage, owner, what);
      await (isMeant === true ? call : stage.refused(call));
    }
  },
}));
