/** The construct as another team embeds it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, type App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { CredentialBroker } from '../../stacks/credential-broker.ts';
import type { CredentialBrokerProps } from '../../stacks/credential-broker-props.ts';
import { createApp, emptyBundles, temporaryDirectory } from './stepkey-templates.ts';

export const grantFile = {
  description: 'Reads one table, and lasts long.',
  clients: ['web'],
  rules: [{ when: { groups: { anyOf: ['staff'] } } }],
  role: {
    permissions: [
      {
        Effect: 'Allow',
        Action: 'dynamodb:*',
        Resource: 'arn:{{partition}}:dynamodb:*:*:table/{{table}}',
      },
      { Effect: 'Deny', Action: 'dynamodb:DeleteTable', Resource: '*' },
    ],
  },
  session: { durationSeconds: 7200 },
};

export const grantsWith = (files: Readonly<Record<string, unknown>>): string => {
  const directory = temporaryDirectory();
  mkdirSync(directory, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(directory, file), JSON.stringify(content));
  }
  return directory;
};

export interface EmbeddedBroker {
  readonly app: App;
  readonly broker: CredentialBroker;
  readonly template: Template;
}

/**
 * With pools of the team's own that are already there.
 * @param change other props, made in the stack that the broker is in
 */
export const embedBroker = (
  change: (stack: Stack) => Partial<CredentialBrokerProps> = () => ({}),
): EmbeddedBroker => {
  const app = createApp();
  const stack = new Stack(app, 'Host', {
    env: { account: '210987654321', region: 'eu-central-1' },
  });
  const broker = new CredentialBroker(stack, 'Broker', {
    userPools: [
      {
        alias: 'staff',
        userPool: UserPool.fromUserPoolId(stack, 'Pool', 'eu-central-1_AbCdEf123'),
        clients: { web: '1example23456789' },
      },
    ],
    identityPoolId: 'eu-central-1:11111111-2222-3333-4444-555555555555',
    developerProvider: 'login.example',
    grantsDirectory: grantsWith({ 'tables.json': grantFile, 'grant.schema.json': {} }),
    functionsDirectory: emptyBundles(),
    stagingDirectory: temporaryDirectory(),
    templateValues: { table: 'orders' },
    deploymentName: 'acme',
    ...change(stack),
  });
  return { app, broker, template: Template.fromStack(stack) };
};

export const embed = (overrides: Partial<CredentialBrokerProps> = {}): Template =>
  embedBroker(() => overrides).template;

export const variablesOf = (template: Template, functionName: string) =>
  Object.values(template.findResources('AWS::Lambda::Function'))
    .map(
      (resource) =>
        resource['Properties'] as {
          FunctionName: string;
          Environment: { Variables: Record<string, unknown> };
        },
    )
    .find(({ FunctionName }) => FunctionName === functionName)?.Environment.Variables ?? {};
