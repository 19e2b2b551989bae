import {
  App,
  CfnParameter,
  DefaultStackSynthesizer,
  Stack,
  type IStackSynthesizer,
} from 'aws-cdk-lib';
import { BrokerSpoke } from '../stacks/broker-spoke.ts';

/** The construct `BrokerSpoke` with one role as a template of CloudFormation alone, for accounts where nobody uses CDK. */
export const spokeTemplate = (): object => {
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
    context: { '@aws-cdk/core:enablePartitionLiterals': true },
  });
  const stack = new Stack(app, 'StepkeySpoke', {
    description:
      'Stepkey: a role of this account that the broker of another account gives credentials for',
    synthesizer: new DefaultStackSynthesizer({
      generateBootstrapVersionRule: false,
    }) as IStackSynthesizer,
  });
  const text = (name: string, description: string, settings: object = {}) =>
    new CfnParameter(stack, name, { description, ...settings }).valueAsString;
  new BrokerSpoke(stack, 'Spoke', {
    deploymentName: text('DeploymentName', 'The broker’s deploymentName', {
      default: 'stepkey',
      allowedPattern: '[a-z][a-z0-9-]{0,19}',
    }),
    identityPoolId: text('IdentityPoolId', 'The broker’s identity pool', {
      allowedPattern: '[\\w-]+:[0-9a-f-]{36}',
    }),
    developerProvider: text('DeveloperProvider', 'The broker’s login name in the identity pool', {
      default: 'login.stepkey',
    }),
    denyPolicyWriterArn: text('DenyPolicyWriterArn', 'The broker’s output of that name', {
      allowedPattern: 'arn:[a-z-]+:iam::\\d{12}:role/.+',
    }),
    roles: [
      {
        roleName: text('RoleName', 'The role, as the grant’s `arn` names it'),
        grant: text('Grant', 'The grant whose sessions the role opens to', {
          allowedPattern: '[a-z][a-z0-9-]{0,31}',
        }),
        permissionsPolicyArn: text(
          'PermissionsPolicyArn',
          'A managed policy of this account with what the role may do',
        ),
        actions: new CfnParameter(stack, 'Actions', {
          type: 'CommaDelimitedList',
          description: 'Every action that the role may ever have: its permissions boundary',
        }).valueAsList,
        maxSessionSeconds: new CfnParameter(stack, 'MaxSessionSeconds', {
          type: 'Number',
          description: 'Not less than the grant’s durationSeconds',
          default: 3600,
          minValue: 3600,
          maxValue: 43_200,
        }).valueAsNumber,
      },
    ],
  });
  return app.synth().getStackByName(stack.stackName).template as object;
};
