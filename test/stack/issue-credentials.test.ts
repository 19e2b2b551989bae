import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { issueCredentialsRights } from '../../stacks/constructs/issue-credentials-rights.ts';
import { flatten, policyLines, type TemplatePolicy } from './policy-lines.ts';
import { repository, synthesizeStepkey } from './stepkey-templates.ts';

interface Task {
  readonly Type: string;
  readonly Resource: string;
  readonly Arguments: {
    readonly FunctionName?: string;
    readonly TableName?: string;
    readonly Key?: { readonly pk: { readonly S: string } };
    readonly Item?: { readonly pk: { readonly S: string } };
    readonly RequestItems?: Readonly<
      Record<string, { readonly Keys: readonly { readonly pk: { readonly S: string } }[] }>
    >;
  };
}

const text = readFileSync(join(repository, 'statemachines/issue-credentials.asl.json'), 'utf8');
const states = (JSON.parse(text) as { States: Record<string, Task> }).States;
const tasks = Object.entries(states).filter(([, { Type }]) => Type === 'Task');

const { broker } = synthesizeStepkey();
const machine = Object.values(broker.findResources('AWS::StepFunctions::StateMachine')).find(
  ({ Properties }) =>
    (Properties as { StateMachineName: string }).StateMachineName === 'stepkey-issue-credentials',
) as {
  Properties: {
    DefinitionString: string;
    DefinitionSubstitutions: Record<string, unknown>;
    [key: string]: unknown;
  };
};
const role = Object.values(broker.findResources('AWS::IAM::Role')).find(
  ({ Properties }) =>
    (Properties as { Description: string }).Description === 'State machine issue-credentials',
) as {
  Properties: {
    AssumeRolePolicyDocument: TemplatePolicy;
    Policies: { PolicyName: string; PolicyDocument: TemplatePolicy }[];
  };
};
const policyNamed = (name: string) =>
  role.Properties.Policies.find(({ PolicyName }) => PolicyName === name)?.PolicyDocument ?? {
    Statement: [],
  };

/** The literal beginning of a partition key expression, as an IAM pattern. */
const partitionKeyPattern = (expression: string): string => {
  const computed = /^\{% '([A-Z]+#)' & .* %\}$/.exec(expression)?.[1];
  return computed === undefined ? expression : `${computed}*`;
};

/** What a Task calls, read from the definition alone. */
const callOf = ({ Resource, Arguments }: Task): string => {
  if (Resource.endsWith(':lambda:invoke')) return `lambda ${Arguments.FunctionName ?? ''}`;
  const operation = /aws-sdk:dynamodb:(\w)(\w+)$/.exec(Resource);
  const keys = [
    ...[Arguments.Key, Arguments.Item].flatMap((row) => (row ? [row.pk.S] : [])),
    ...Object.values(Arguments.RequestItems ?? {}).flatMap(({ Keys }) =>
      Keys.map(({ pk }) => pk.S),
    ),
  ];
  return `dynamodb:${operation?.[1]?.toUpperCase() ?? ''}${operation?.[2] ?? ''} ${keys.map(partitionKeyPattern).join('|')}`;
};

/** What a statement of the machine's role allows, in the same words. */
const placeholders: Readonly<Record<string, string>> = {
  '<BrokerFunctionsdecideFunction.Arn>': '${DecideFunctionArn}',
  '<BrokerFunctionsidentityFunction.Arn>': '${IdentityFunctionArn}',
  '<BrokerFunctionsexchangeFunction.Arn>': '${ExchangeFunctionArn}',
};

describe('the state machine issue-credentials', () => {
  it('is deployed with exactly the text of its file', () => {
    expect(machine.Properties.DefinitionString).toBe(text);
  });

  it('has a substitution for each placeholder and no other', () => {
    const used = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect(Object.keys(machine.Properties.DefinitionSubstitutions).sort()).toEqual(
      [...used].sort(),
    );
  });

  it('takes quota and identity mode from the deployment', () => {
    expect(machine.Properties.DefinitionSubstitutions).toMatchObject({
      IdentityMode: 'linked',
      DeveloperIdentityCallsPerSecond: '50',
      BatchCallsPerSecond: '30',
      StsCallsPerSecond: '300',
      KmsCallsPerSecond: '2000',
      ClientShares: '{}',
    });
  });

  it('is Express, traced, logged in full and encrypted with a key of the deployment', () => {
    expect(machine.Properties).toMatchObject({
      StateMachineType: 'EXPRESS',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY' },
    });
    const { KmsKeyId } = machine.Properties['EncryptionConfiguration'] as { KmsKeyId: unknown };
    expect(flatten(KmsKeyId)).toBe('<BrokerKeysData.Arn>');
    broker.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/vendedlogs/states/stepkey-issue-credentials',
      RetentionInDays: 365,
    });
  });

  it('names a right for each Task and for nothing else', () => {
    expect(Object.keys(issueCredentialsRights)).toEqual(tasks.map(([name]) => name));
  });

  it.each(tasks)('may do in %s what the state calls, to the rows it names', (name, task) => {
    const statements = policyNamed('tasks').Statement.filter(({ Sid }) => Sid === name);
    expect(statements).toHaveLength(1);
    const [statement] = statements;
    const keys = statement?.Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
    const resource = flatten(statement?.Resource);
    const allowed =
      statement?.Action === 'lambda:InvokeFunction'
        ? `lambda ${placeholders[resource] ?? resource}`
        : `${String(statement?.Action)} ${(keys as string[]).join('|')}`;
    expect(allowed).toBe(callOf(task));
    if (keys !== undefined) expect(resource).toBe('<BrokerTable.Arn>');
  });

  it('may do nothing beside its Tasks but open the table’s key', () => {
    expect(policyNamed('tasks').Statement).toHaveLength(tasks.length + 1);
    expect(policyLines(policyNamed('tasks')).at(-1)).toBe(
      'kms:Decrypt on <BrokerKeysData.Arn> if kms:ViaService=dynamodb.<AWS::Region>.amazonaws.com',
    );
  });

  it('uses the data key for its own executions and log delivery only', () => {
    const arn =
      'arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:stepkey-issue-credentials';
    expect(policyLines(policyNamed('platform')).filter((line) => line.includes('kms:'))).toEqual([
      `kms:Decrypt,kms:GenerateDataKey on <BrokerKeysData.Arn> if kms:EncryptionContext:aws:states:stateMachineArn=${arn}`,
      'kms:GenerateDataKey on <BrokerKeysData.Arn> if kms:EncryptionContext:SourceArn=arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:*',
    ]);
    expect(policyNamed('platform').Statement.map(({ Sid }) => Sid)).toEqual([
      'OpenExecutions',
      'EncryptDeliveredLogs',
      'DeliverLogs',
      'Trace',
    ]);
  });

  it('has a role that only Step Functions assumes, for this machine of this account', () => {
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toHaveLength(1);
    const [trust] = role.Properties.AssumeRolePolicyDocument.Statement;
    expect(trust?.Principal).toEqual({ Service: 'states.amazonaws.com' });
    expect(Object.keys(trust?.Condition ?? {})).toEqual(['StringEquals', 'ArnLike']);
  });
});
