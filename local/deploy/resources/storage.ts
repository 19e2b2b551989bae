import * as z from 'zod';
import type { DynamoDbService } from '../../services/dynamodb/service.ts';
import type { KmsService } from '../../services/kms/service.ts';
import type { LogsService } from '../../services/logs/service.ts';
import type { S3Service } from '../../services/s3/service.ts';
import { generatedName } from '../naming.ts';
import { defineHandler } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';
import { policyDocument } from './policy-schema.ts';

const key = z.object({
  Description: z.string().optional(),
  KeyPolicy: policyDocument.optional(),
  Enabled: z.boolean().default(true),
  EnableKeyRotation: z.boolean().default(false),
});
const alias = z.object({ AliasName: z.string(), TargetKeyId: z.string() });
const table = z.looseObject({ TableName: z.string().optional() });
const bucket = z.object({ BucketName: z.string().optional() });
const bucketPolicy = z.object({ Bucket: z.string(), PolicyDocument: policyDocument });
const logGroup = z.object({
  LogGroupName: z.string().optional(),
  RetentionInDays: z.coerce.number().optional(),
  KmsKeyId: z.string().optional(),
});

/** Keys, tables, buckets and log groups. None is removed: what is in them may still be wanted. */
export const storageHandlers = (services: {
  readonly kms: KmsService;
  readonly dynamoDb: DynamoDbService;
  readonly s3: S3Service;
  readonly logs: LogsService;
}): Record<string, ResourceHandler> => ({
  'AWS::KMS::Key': defineHandler(
    key,
    async ({ properties, previousProperties, stackName, logicalId }) => {
      const { keyId, keyArn } = await services.kms.createKey({
        name: `${stackName}/${logicalId}`,
        ...(properties.Description === undefined ? {} : { description: properties.Description }),
        ...(properties.KeyPolicy === undefined ? {} : { policy: properties.KeyPolicy }),
        // What was disabled or enabled by hand stays so until a template says otherwise.
        ...(properties.Enabled === (previousProperties?.Enabled ?? true)
          ? {}
          : { disabled: !properties.Enabled }),
        rotatesYearly: properties.EnableKeyRotation,
      });
      return { id: keyId, attributes: { Arn: keyArn, KeyId: keyId } };
    },
  ),
  'AWS::KMS::Alias': defineHandler(alias, async ({ properties }) => {
    const keyId = properties.TargetKeyId.replace(/^arn:.*:key\//, '');
    await services.kms.createAlias(properties.AliasName, keyId);
    return { id: properties.AliasName, attributes: {} };
  }),
  'AWS::DynamoDB::Table': defineHandler(table, async ({ properties, ...request }) => {
    const name = properties.TableName ?? generatedName(request);
    const { tableArn, streamArn } = await services.dynamoDb.createTable({
      ...properties,
      TableName: name,
    });
    const stream = streamArn === null ? {} : { StreamArn: streamArn };
    return { id: name, attributes: { Arn: tableArn, ...stream } };
  }),
  'AWS::S3::Bucket': defineHandler(bucket, async ({ properties, ...request }) => {
    const name = properties.BucketName ?? generatedName(request, 63).toLowerCase();
    const { bucketArn } = await services.s3.createBucket(name);
    return { id: name, attributes: { Arn: bucketArn, DomainName: `${name}.s3.amazonaws.com` } };
  }),
  'AWS::S3::BucketPolicy': defineHandler(
    bucketPolicy,
    async ({ properties }) => {
      await services.s3.putBucketPolicy(properties.Bucket, properties.PolicyDocument);
      return { id: properties.Bucket, attributes: {} };
    },
    ({ id }) => services.s3.putBucketPolicy(id, null),
  ),
  'AWS::Logs::LogGroup': defineHandler(logGroup, async ({ properties, ...request }) => {
    const name = properties.LogGroupName ?? generatedName(request, 512);
    const { logGroupArn } = await services.logs.createLogGroup({
      name,
      ...(properties.RetentionInDays === undefined
        ? {}
        : { retentionInDays: properties.RetentionInDays }),
      ...(properties.KmsKeyId === undefined ? {} : { kmsKeyArn: properties.KmsKeyId }),
    });
    return { id: name, attributes: { Arn: `${logGroupArn}:*` } };
  }),
});
