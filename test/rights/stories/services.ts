import { existsSync, readdirSync } from 'node:fs';
import { expect } from '@jest/globals';
import { signIn } from '../../support/twin/people.ts';
import type { Stage, Stories } from '../story.ts';

/** One directory, one function. */
const directory = new URL('../../../functions/', import.meta.url);
const functionNames = readdirSync(directory)
  .filter((name) => existsSync(new URL(`${name}/index.ts`, directory)))
  .map((name) => `stepkey-${name}`);

const initializations = async ({ twin }: Stage, functionName: string): Promise<number> => {
  const log = await twin.readLog(`/aws/lambda/${functionName}`);
  return log.filter(({ message }) => message.startsWith('INIT_START')).length;
};

const claimsIn = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;

/** Deployed functions that some service may invoke, with that service. */
const permissionsOf = ({ twin }: Stage) =>
  twin.stacks.resources.flatMap(({ type, properties }) =>
    type === 'AWS::Lambda::Permission'
      ? [properties as { readonly FunctionName: string; readonly Principal: string }]
      : [],
  );

export const services: Stories = [
  ...functionNames.map((functionName) => ({
    title: `${functionName} writes its log`,
    tell: async (stage: Stage) => {
      stage.as(`function ${functionName}`);
      const before = await initializations(stage, functionName);
      await stage.restart(functionName);
      expect(await initializations(stage, functionName)).toBe(before + 1);
    },
  })),
  {
    title: 'who signs in gets the scopes of the pre token generation',
    tell: async ({ twin }) => {
      const { accessToken } = await signIn(twin, 'alice');
      expect(claimsIn(accessToken)['scope']).toContain('stepkey/credentials');
    },
  },
  {
    title: 'no other API, pool or rule invokes a function that ours may',
    tell: async (stage) => {
      const permissions = permissionsOf(stage);
      expect(permissions.length).toBeGreaterThan(0);
      const { accountId, region } = stage.twin.endpoints;
      for (const { FunctionName, Principal: service } of permissions) {
        const other = `arn:aws:${service.split('.')[0] ?? ''}:${region}:${accountId}:another/live/GET/v1/another`;
        await stage.refused(
          stage.twin.services.lambda.invokeFrom({ service, arn: other }, FunctionName, '{}'),
        );
      }
    },
  },
  ...['stepkey-issue-credentials', 'stepkey-issue-batch', 'stepkey-revoke'].map((name) => ({
    title: `another machine does not get the role of ${name}`,
    tell: async ({ twin, admin }: Stage) => {
      const machine = twin.stacks.resources.find(
        ({ properties }) => (properties as { StateMachineName?: string }).StateMachineName === name,
      );
      const { RoleArn: roleArn } = machine?.properties as { RoleArn: string };
      const definition = JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: 'Try',
        States: {
          Try: {
            Type: 'Task',
            Resource: 'arn:aws:states:::aws-sdk:dynamodb:getItem',
            Arguments: {
              TableName: twin.endpoints.table,
              Key: { pk: { S: 'SUBJECT#x' }, sk: { S: 'x' } },
            },
            End: true,
          },
        },
      });
      const { stateMachineArn } = await admin('states', 'CreateStateMachine', {
        name: 'another',
        type: 'EXPRESS',
        definition,
        roleArn,
      });
      const { error } = await admin('states', 'StartSyncExecution', {
        stateMachineArn,
        input: '{}',
      });
      await admin('states', 'DeleteStateMachine', { stateMachineArn });
      expect(error).toBe('States.Permissions');
    },
  })),
];
