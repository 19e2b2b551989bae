import * as z from 'zod';
import { functionArn } from '../../services/lambda/service.ts';
import type { LambdaService } from '../../services/lambda/service.ts';
import { DeployError } from '../deploy-error.ts';
import { generatedName } from '../naming.ts';
import { defineHandler } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';

const lambdaFunction = z.object({
  FunctionName: z.string().optional(),
  Code: z.object({ S3Key: z.string() }),
  Role: z.string(),
  Handler: z.string(),
  Runtime: z.string().startsWith('nodejs', 'must be a Node.js runtime'),
  Timeout: z.coerce.number().default(3),
  MemorySize: z.coerce.number().default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.string()).default({}) }).prefault({}),
  LoggingConfig: z.object({ LogGroup: z.string().optional() }).prefault({}),
});

const permission = z.object({
  FunctionName: z.string(),
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.string().nullable().default(null),
  SourceAccount: z.string().nullable().default(null),
});

const eventInvokeConfig = z.object({
  FunctionName: z.string(),
  MaximumRetryAttempts: z.coerce.number().max(0, 'must be 0: the twin tries no event again'),
});

/** @param assets asset hash → the directory that would be in the archive */
export const functionHandlers = (
  lambda: LambdaService,
  assets: Readonly<Record<string, string>>,
): Record<string, ResourceHandler> => ({
  'AWS::Lambda::Function': defineHandler(lambdaFunction, ({ properties, ...request }) => {
    const name = properties.FunctionName ?? generatedName(request);
    const taskRoot = assets[properties.Code.S3Key.replace(/\.zip$/, '')];
    if (taskRoot === undefined) {
      throw new DeployError(`There is no asset ${properties.Code.S3Key} for function ${name}.`);
    }
    const arn = functionArn(name);
    lambda.putFunction({
      name,
      arn,
      taskRoot,
      roleArn: properties.Role,
      handler: properties.Handler,
      runtime: properties.Runtime,
      timeoutSeconds: properties.Timeout,
      memoryMegabytes: properties.MemorySize,
      environment: properties.Environment.Variables,
      logGroup: properties.LoggingConfig.LogGroup ?? `/aws/lambda/${name}`,
    });
    return { id: name, attributes: { Arn: arn } };
  }),
  'AWS::Lambda::Permission': defineHandler(permission, ({ properties, logicalId }) => {
    lambda.putPermission(properties.FunctionName, {
      id: logicalId,
      action: properties.Action,
      principal: properties.Principal,
      sourceArn: properties.SourceArn,
      sourceAccount: properties.SourceAccount,
    });
    return { id: logicalId, attributes: { Id: logicalId } };
  }),
  'AWS::Lambda::EventInvokeConfig': defineHandler(eventInvokeConfig, ({ logicalId }) => ({
    id: logicalId,
    attributes: {},
  })),
});
