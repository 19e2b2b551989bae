import { expect } from '@jest/globals';
import { signIn } from '../../support/twin/people.ts';
import type { Stage, Stories } from '../story.ts';

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
  {
    title: 'the front opens executions of its machine, and nothing else, with the data key',
    tell: async ({ admin, as, refused, twin }) => {
      const own = String(twin.endpoints.stateMachines['issue-credentials']);
      const open = async (name: string, stateMachineArn: string): Promise<unknown> => {
        const EncryptionContext = { [name]: stateMachineArn };
        const { CiphertextBlob } = await admin('kms', 'GenerateDataKey', {
          KeyId: 'alias/stepkey/data',
          NumberOfBytes: 32,
          EncryptionContext,
        });
        return as('stepkey-api')('kms', 'Decrypt', { CiphertextBlob, EncryptionContext });
      };
      await open('aws:states:stateMachineArn', own);
      await refused(open('aws:states:stateMachineArn', `${own}-of-another`));
      await refused(open('purpose', 'credentials'));
    },
  },
  {
    title: 'another machine does not get the role of issue-credentials',
    tell: async ({ twin, admin }) => {
      const machine = twin.stacks.resources.find(
        ({ properties }) =>
          (properties as { StateMachineName?: string }).StateMachineName ===
          'stepkey-issue-credentials',
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
  },
];
