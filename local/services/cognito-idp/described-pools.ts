/** DescribeUserPool and DescribeUserPoolClient: what the pool's owner may see. */
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { onPool } from './pool-input.ts';
import { readInput } from './context.ts';
import type { UserPoolContext } from './context.ts';
import type { StoredUserPool, StoredUserPoolClient } from './model.ts';

const poolInput = z.object({ UserPoolId: z.string() });
const clientInput = poolInput.extend({ ClientId: z.string().regex(/^[\w+]{1,128}$/) });

const describePool = (pool: StoredUserPool, arn: string) => ({
  Id: pool.id,
  Name: pool.name,
  Arn: arn,
  LambdaConfig:
    pool.preTokenGeneration === null
      ? {}
      : {
          PreTokenGenerationConfig: {
            LambdaArn: pool.preTokenGeneration.lambdaArn,
            LambdaVersion: pool.preTokenGeneration.lambdaVersion,
          },
        },
});

const describeClient = (client: StoredUserPoolClient, secret: string | null) => ({
  UserPoolId: client.userPoolId,
  ClientId: client.id,
  ClientName: client.name,
  ...(secret === null ? {} : { ClientSecret: secret }),
  ExplicitAuthFlows: client.explicitAuthFlows,
  AllowedOAuthFlows: client.allowedOAuthFlows,
  AllowedOAuthScopes: client.allowedOAuthScopes,
  AllowedOAuthFlowsUserPoolClient: client.allowedOAuthFlows.length > 0,
  EnableTokenRevocation: client.enableTokenRevocation,
});

export const describedPoolOperations = (
  context: UserPoolContext,
): Readonly<Record<string, Operation>> => ({
  DescribeUserPool: {
    authorize: onPool(context, 'DescribeUserPool'),
    run: (input) => {
      const pool = context.directory.pool(readInput(poolInput, input).UserPoolId);
      return Promise.resolve({ UserPool: describePool(pool, context.poolArn(pool.id)) });
    },
  },
  DescribeUserPoolClient: {
    authorize: onPool(context, 'DescribeUserPoolClient'),
    run: async (input) => {
      const { UserPoolId, ClientId } = readInput(clientInput, input);
      const pool = context.directory.pool(UserPoolId);
      const client = context.directory.clients.get(ClientId);
      if (client?.userPoolId !== pool.id) {
        throw new AwsError(
          'ResourceNotFoundException',
          `User pool client ${ClientId} does not exist.`,
        );
      }
      return { UserPoolClient: describeClient(client, await context.secrets.of(client)) };
    },
  },
});
