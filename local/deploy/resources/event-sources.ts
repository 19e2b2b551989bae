import { createHash } from 'node:crypto';
import * as z from 'zod';
import { compileEventPattern } from '../../services/events/pattern/event-pattern.ts';
import type { EventSourceMappings } from '../../services/lambda/event-sources/mappings.ts';
import { functionArn, functionNameOf } from '../../services/lambda/service.ts';
import { defineHandler } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';
import { tagList } from './policy-schema.ts';

/** Strict: what the twin does not know would do something else here than on AWS. */
const mapping = z.strictObject({
  FunctionName: z.string(),
  EventSourceArn: z.string().regex(/:dynamodb:.*\/stream\//u, 'must be a stream of DynamoDB'),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']),
  Enabled: z.boolean().default(true),
  BatchSize: z.coerce.number().int().min(1).max(10_000).default(100),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().min(0).max(300).default(0),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumRetryAttempts: z.coerce.number().int().min(-1).max(10_000).default(-1),
  MaximumRecordAgeInSeconds: z.coerce.number().int().min(-1).max(604_800).default(-1),
  ParallelizationFactor: z.coerce.number().int().min(1).max(10).default(1),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })).default([]) })
    .prefault({}),
  DestinationConfig: z
    .strictObject({
      OnFailure: z
        .strictObject({ Destination: z.string().regex(/:sqs:/u, 'must be a queue') })
        .optional(),
    })
    .prefault({}),
  Tags: tagList,
});

/** From stack and logical id alone, so that a crash cannot leave a second mapping behind. */
const uuidOf = (request: { readonly stackName: string; readonly logicalId: string }): string => {
  const hex = createHash('sha256')
    .update(`event source\n${request.stackName}\n${request.logicalId}`)
    .digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/u, '$1-$2-4$3-8$4-$5');
};

export const eventSourceHandlers = (
  eventSources: EventSourceMappings,
): Record<string, ResourceHandler> => ({
  'AWS::Lambda::EventSourceMapping': defineHandler(
    mapping,
    async ({ properties, ...request }) => {
      const uuid = uuidOf(request);
      const patterns = properties.FilterCriteria.Filters.map(({ Pattern }) => Pattern);
      for (const pattern of patterns) compileEventPattern(pattern);
      await eventSources.put({
        uuid,
        functionName: functionNameOf(properties.FunctionName),
        streamArn: properties.EventSourceArn,
        enabled: properties.Enabled,
        startingPosition: properties.StartingPosition,
        batchSize: properties.BatchSize,
        batchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
        bisectsOnError: properties.BisectBatchOnFunctionError,
        maximumRetryAttempts: properties.MaximumRetryAttempts,
        maximumRecordAgeSeconds: properties.MaximumRecordAgeInSeconds,
        reportsItemFailures: properties.FunctionResponseTypes.length > 0,
        parallelizationFactor: properties.ParallelizationFactor,
        patterns,
        onFailureArn: properties.DestinationConfig.OnFailure?.Destination ?? null,
      });
      const arn = functionArn(uuid).replace(':function:', ':event-source-mapping:');
      return { id: uuid, attributes: { Id: uuid, EventSourceMappingArn: arn } };
    },
    ({ id }) => eventSources.remove(id),
  ),
});
