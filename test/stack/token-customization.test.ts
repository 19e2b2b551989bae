import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { describe, expect, it } from '@jest/globals';
import { TokenCustomization } from '../../stacks/constructs/token-customization.ts';
import { bundleFunctions } from '../../tools/bundle.ts';
import { tokenClaimsText } from '../support/token-claims.ts';
import { flatten, policyLines, type TemplatePolicy } from './policy-lines.ts';
import {
  createApp,
  emptyBundles,
  repository,
  synthesizeStepkey,
  temporaryDirectory,
} from './stepkey-templates.ts';

const { identity, stagingDirectory } = synthesizeStepkey();
const only = (type: string): { id: string; properties: Record<string, unknown> } => {
  const [entry, ...others] = Object.entries(identity.findResources(type));
  if (entry === undefined || others.length > 0) throw new Error(`not exactly one ${type}`);
  return { id: entry[0], properties: entry[1]['Properties'] as Record<string, unknown> };
};
const trigger = only('AWS::Lambda::Function');

describe('the pre token generation trigger', () => {
  it('is a function of its own, with nothing to know and five seconds to answer', () => {
    expect(trigger.properties).toMatchObject({
      FunctionName: 'stepkey-pre-token-generation',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Timeout: 5,
    });
    expect(trigger.properties).not.toHaveProperty('Environment');
  });

  it('has a role that only Lambda assumes and that lets it write its own log, and call nothing', () => {
    const role = only('AWS::IAM::Role').properties as {
      AssumeRolePolicyDocument: TemplatePolicy;
      ManagedPolicyArns?: unknown;
      Policies: { PolicyDocument: TemplatePolicy }[];
    };
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
    ]);
    expect(role.ManagedPolicyArns).toBeUndefined();
    expect(role.Policies.flatMap(({ PolicyDocument }) => policyLines(PolicyDocument))).toEqual([
      'logs:CreateLogStream,logs:PutLogEvents on <TokenCustomizationpretokengenerationLogs.Arn>',
      'xray:PutTelemetryRecords,xray:PutTraceSegments on *',
    ]);
    identity.resourceCountIs('AWS::IAM::Policy', 0);
    expect(only('AWS::Logs::LogGroup').properties).toMatchObject({
      LogGroupName: '/aws/lambda/stepkey-pre-token-generation',
      RetentionInDays: 365,
    });
  });

  it('is run by the user pool with events of version 2, and by nobody else', () => {
    identity.hasResourceProperties('AWS::Cognito::UserPool', {
      LambdaConfig: {
        PreTokenGenerationConfig: {
          LambdaArn: { 'Fn::GetAtt': [trigger.id, 'Arn'] },
          LambdaVersion: 'V2_0',
        },
        PreTokenGeneration: Match.absent(),
      },
    });
    const { Principal, Action, FunctionName, SourceArn } =
      only('AWS::Lambda::Permission').properties;
    expect([Principal, Action, flatten(FunctionName), flatten(SourceArn)]).toEqual([
      'cognito-idp.amazonaws.com',
      'lambda:InvokeFunction',
      '<TokenCustomizationpretokengenerationFunction.Arn>',
      '<UserPool.Arn>',
    ]);
  });

  it('is deployed with the reviewed file, as it is', () => {
    const directory = join(stagingDirectory, 'pre-token-generation');
    expect(readdirSync(directory).sort()).toEqual([
      'index.js',
      'package.json',
      'token-claims.json',
    ]);
    expect(readFileSync(join(directory, 'token-claims.json'), 'utf8')).toBe(
      readFileSync(join(repository, 'identity/token-claims.json'), 'utf8'),
    );
  });

  it('adds no scope that the user pool’s resource server lacks', () => {
    const { Scopes } = only('AWS::Cognito::UserPoolResourceServer').properties as {
      Scopes: { ScopeName: string }[];
    };
    const known = Scopes.map(({ ScopeName }) => `stepkey/${ScopeName}`);
    const { rules } = JSON.parse(
      readFileSync(join(repository, 'identity/token-claims.json'), 'utf8'),
    ) as { rules: { accessToken?: { addScopes?: string[] } }[] };
    const added = rules.flatMap(({ accessToken }) => accessToken?.addScopes ?? []);
    expect(added.filter((scope) => !known.includes(scope))).toEqual([]);
    expect(added).toHaveLength(3);
  });

  it('stays small, because whoever signs in waits for its cold start', async () => {
    const { directory } = await bundleFunctions({
      root: repository,
      outDirectory: join(repository, '.cache/functions'),
    });
    const bundle = join(directory, 'pre-token-generation/index.js');
    expect(existsSync(bundle)).toBe(true);
    expect(gzipSync(readFileSync(bundle)).byteLength).toBeLessThanOrEqual(40 * 1024);
    expect(readFileSync(bundle, 'utf8')).not.toContain('@aws-sdk');
  });
});

/** A stack with a pool of its own and a trigger whose token claims are these rules. */
const embed = (...rules: readonly unknown[]): Stack => {
  const directory = temporaryDirectory();
  const file = join(directory, 'mine.json');
  writeFileSync(file, tokenClaimsText(...rules));
  const stack = new Stack(createApp(), 'Own');
  new TokenCustomization(stack, 'Tokens', {
    userPool: new UserPool(stack, 'Pool'),
    deploymentName: 'own',
    tokenClaimsFile: file,
    functionsDirectory: emptyBundles(),
    stagingDirectory: directory,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  return stack;
};

describe('the events that the trigger gets', () => {
  const accessToken = { addScopes: ['stepkey/credentials'] };

  it.each([
    ['2 without rules for machines', 'V2_0', [{ for: 'people', accessToken }]],
    ['3 with one', 'V3_0', [{ accessToken }, { for: 'machines', accessToken }]],
  ])('are of version %s', (_case, LambdaVersion, rules) => {
    Template.fromStack(embed(...rules)).hasResourceProperties('AWS::Cognito::UserPool', {
      LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion } },
    });
  });
});

describe('a token claims file with faults', () => {
  it('stops the synthesis, every fault named by file and path', () => {
    expect(() =>
      embed(
        { idToken: { addClaims: { sub: { constant: 'x' } } } },
        { accessToken: { addScopes: ['a b'] } },
        { for: 'machines', idToken: { suppressClaims: ['email'] } },
      ),
    ).toThrow(
      expect.objectContaining({
        name: 'TokenClaimsFileError',
        faults: [
          expect.objectContaining({ file: 'mine.json', path: 'rules.1.accessToken.addScopes.0' }),
          expect.objectContaining({ file: 'mine.json', path: 'rules.0.idToken.addClaims.sub' }),
          expect.objectContaining({ file: 'mine.json', path: 'rules.2.idToken' }),
        ],
      }),
    );
  });
});
