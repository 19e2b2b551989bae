import { Stack } from 'aws-cdk-lib';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { describe, expect, it } from '@jest/globals';
import { settingsOf } from '../../stacks/settings.ts';
import { embed, grantFile, grantsWith, variablesOf } from './embedded-broker.ts';
import { flatten, type TemplatePolicy } from './policy-lines.ts';
import { createApp, emptyBundles } from './stepkey-templates.ts';

describe('the construct in an app of someone else’s', () => {
  const template = embed();

  it('takes pools that are already there', () => {
    const { USER_POOLS, IDENTITY_POOL_ID } = variablesOf(template, 'acme-decide');
    expect(JSON.parse(flatten(USER_POOLS))).toEqual([
      {
        alias: 'staff',
        userPoolId: 'eu-central-1_AbCdEf123',
        issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123',
        clients: { web: '1example23456789' },
      },
    ]);
    expect(IDENTITY_POOL_ID).toBe('eu-central-1:11111111-2222-3333-4444-555555555555');
    template.resourceCountIs('AWS::Cognito::UserPool', 0);
  });

  it('takes an issuer of its own for a pool with the updated configuration', () => {
    const issuer = 'https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123';
    const stack = new Stack(createApp(), 'Pools');
    const userPool = UserPool.fromUserPoolId(stack, 'Pool', 'eu-central-1_AbCdEf123');
    const updated = embed({
      userPools: [{ alias: 'staff', userPool, clients: { web: 'x' }, issuer }],
    });
    expect(flatten(variablesOf(updated, 'acme-api')['USER_POOLS'])).toContain(issuer);
  });

  it('names its roles after the deployment and lets them last as the grant says', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'acme-tables',
      Path: '/stepkey/',
      MaxSessionDuration: 7200,
    });
  });

  it('keeps what a grant denies out of the boundary', () => {
    const boundary = Object.values(template.findResources('AWS::IAM::ManagedPolicy'))
      .map(
        (resource) =>
          resource['Properties'] as { ManagedPolicyName: string; PolicyDocument: TemplatePolicy },
      )
      .find(({ ManagedPolicyName }) => ManagedPolicyName.endsWith('-boundary'));
    expect(boundary?.PolicyDocument.Statement.map(({ Action }) => Action)).toEqual([
      ['dynamodb:*'],
    ]);
  });

  it('leaves the account’s log role alone where it is told to', () => {
    template.resourceCountIs('AWS::ApiGateway::Account', 1);
    embed({ managesAccountLogRole: false }).resourceCountIs('AWS::ApiGateway::Account', 0);
  });
});

describe('a deployment that cannot be right', () => {
  it('stops with every fault of every grant', () => {
    const grantsDirectory = grantsWith({
      'first.json': { ...grantFile, clients: ['nobody'] },
      'second.json': { ...grantFile, rules: [] },
    });
    expect(() => embed({ grantsDirectory })).toThrow(/first\.json: .+\n.*second\.json: /);
  });

  it('stops when a placeholder has no value', () => {
    expect(() => embed({ templateValues: {} })).toThrow(/\{\{table\}\}/);
  });

  it('stops when two pools have a client of one name [SEC-10]', () => {
    const stack = new Stack(createApp(), 'Pools');
    const userPool = UserPool.fromUserPoolId(stack, 'Pool', 'eu-central-1_AbCdEf123');
    const userPools = ['staff', 'partners'].map((alias) => ({
      alias,
      userPool,
      clients: { web: `client-of-${alias}` },
    }));
    expect(() => embed({ userPools })).toThrow('userPools: used more than once: client web.');
  });

  it('stops when a function has no bundle', () => {
    expect(() => embed({ functionsDirectory: emptyBundles(['decide']) })).toThrow(/"identity"/);
  });

  it.each([
    ['stepkey:identityMode', 'both'],
    ['stepkey:deploymentName', 'Acme Corp'],
    ['stepkey:developerIdentityCallsPerSecond', 'many'],
    ['stepkey:keepData', 'perhaps'],
    ['stepkey:clientShares', 'batch'],
    ['stepkey:clientShares', "x': 1}=3"],
    ['stepkey:clientShares', 'batch=1,batch=2'],
    ['stepkey:kmsCallsPerSecond', '5'],
  ])('stops when %s is %s, naming the setting', (name, value) => {
    expect(() => settingsOf(createApp({ [name]: value }).node)).toThrow(name);
  });
});

describe('the settings', () => {
  it('come as text from the command line', () => {
    const { node } = createApp({
      'stepkey:developerIdentityCallsPerSecond': '200',
      'stepkey:keepData': 'false',
      'stepkey:clientShares': 'batch=20, service=5',
      'stepkey:corsOrigins': 'https://a.example, https://b.example',
    });
    expect(settingsOf(node)).toEqual({
      deploymentName: 'stepkey',
      identityMode: 'linked',
      developerIdentityCallsPerSecond: 200,
      batchCallsPerSecond: 30,
      stsCallsPerSecond: 300,
      kmsCallsPerSecond: 2000,
      clientShares: { batch: 20, service: 5 },
      reconciliationMinutes: 5,
      reconciledSubjectsPerRun: 250,
      reconcilesGroups: true,
      corsOrigins: ['https://a.example', 'https://b.example'],
      logLevel: 'INFO',
      ledgerExportDays: 365,
      ledgerExportMode: 'governance',
      logRetentionDays: 365,
      machineTrialMinutes: 15,
      runbookUrl: 'docs/runbook.md',
      alarmTopicArn: null,
      deniedPerFiveMinutes: 100,
      keepData: false,
    });
  });
});
