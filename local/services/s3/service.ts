/** A small S3: enough that the scope of a session can be seen. */
import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { CallContext, Operation, Service } from '../../aws.ts';
import { deniedLine } from '../../iam/denied-line.ts';
import { evaluateAccess } from '../../iam/evaluate.ts';
import type { AccessRequest, PolicyDocument } from '../../iam/policy.ts';
import { twinRegion } from '../../identity.ts';
import type { Store } from '../../state/store.ts';
import { memoryBodies, openBodies } from './bodies.ts';
import { createBuckets } from './buckets.ts';
import type { StoredBucket, StoredObject } from './buckets.ts';
import { listObjects } from './list-objects.ts';
import { bucketOf, createObjectOperations, keyOf } from './object-operations.ts';
import { accessDenied, notFound } from './refusals.ts';

type Input = Record<string, unknown>;

export interface S3Service extends Service {
  /** Makes the bucket unless it is there. */
  readonly createBucket: (name: string) => Promise<{ readonly bucketArn: string }>;
  readonly putBucketPolicy: (name: string, policy: PolicyDocument | null) => Promise<void>;
}

const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;

/** Parameters of a listing that policies may look at; one that the call leaves out is absent. */
const listingKeys = (input: Input): Record<string, string> =>
  Object.fromEntries(
    (
      [
        ['s3:prefix', input['Prefix']],
        ['s3:delimiter', input['Delimiter']],
        ['s3:max-keys', input['MaxKeys']],
      ] as const
    ).flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
    ),
  );

/**
 * Bodies go in and out as bytes (`Body`), times as `Date`; keys are never encoded here.
 * @param directory where the bodies lie; null keeps them in memory
 */
export const createS3Service = async (deps: {
  readonly directory: string | null;
  readonly store: Store;
  readonly clock: Clock;
  readonly log?: (line: string) => void;
}): Promise<S3Service> => {
  const { nowEpochMillis } = deps.clock;
  const stored = await deps.store.collection<StoredObject>('s3-objects');
  const buckets = createBuckets(
    await deps.store.collection<StoredBucket>('s3-buckets'),
    stored,
    nowEpochMillis,
  );
  const inUse = new Set([...stored.entries()].map(([, { bodyId }]) => bodyId));
  const bodies = deps.directory === null ? memoryBodies() : await openBodies(deps.directory, inUse);
  const objects = createObjectOperations(buckets, bodies, nowEpochMillis);

  const requestOn = (
    action: string,
    name: string,
    path: string,
    conditionKeys: Record<string, string> = {},
  ): AccessRequest => {
    const { policy } = buckets.get(name);
    return {
      action,
      resource: `${bucketArn(name)}${path}`,
      conditionKeys,
      ...(policy === null ? {} : { resourcePolicy: policy }),
    };
  };
  /** Who may not list the bucket does not learn that a key is missing. */
  const hideMissing =
    (run: (input: Input) => Promise<Input>): Operation['run'] =>
    async (input, context: CallContext) => {
      try {
        return await run(input);
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'NoSuchKey') throw error;
        const listing = requestOn('s3:ListBucket', bucketOf(input), '');
        const mayList = evaluateAccess(context.principal, listing, {
          'aws:SourceIp': context.sourceIp,
        });
        if (mayList.allowed) throw error;
        deps.log?.(deniedLine(listing, context.principal.arn, mayList));
        throw accessDenied();
      }
    };
  const onObject = (action: string, run: Operation['run']): Operation => ({
    authorize: (input) => [requestOn(action, bucketOf(input), `/${keyOf(input)}`)],
    run,
  });
  /** A HEAD has no body, and its SDK error no code but the status. */
  const bare =
    (run: Operation['run']): Operation['run'] =>
    async (input, context) => {
      try {
        return await run(input, context);
      } catch (error) {
        throw error instanceof AwsError && error.statusCode === 404 ? notFound() : error;
      }
    };

  return {
    name: 's3',
    operations: {
      PutObject: onObject('s3:PutObject', objects.put),
      GetObject: onObject('s3:GetObject', hideMissing(objects.get)),
      HeadObject: onObject('s3:GetObject', bare(hideMissing(objects.head))),
      DeleteObject: onObject('s3:DeleteObject', objects.delete),
      ListObjectsV2: {
        authorize: (input) => [requestOn('s3:ListBucket', bucketOf(input), '', listingKeys(input))],
        run: async (input) => Promise.resolve(listObjects(buckets, input)),
      },
      HeadBucket: {
        authorize: (input) => [requestOn('s3:ListBucket', bucketOf(input), '')],
        run: () => Promise.resolve({ BucketRegion: twinRegion }),
      },
      CreateBucket: {
        authorize: (input) => [{ action: 's3:CreateBucket', resource: bucketArn(bucketOf(input)) }],
        run: async (input) => {
          const { name } = await buckets.ensure(bucketOf(input));
          return { Location: `/${name}` };
        },
      },
      ListBuckets: {
        authorize: () => [{ action: 's3:ListAllMyBuckets', resource: bucketArn('*') }],
        run: () =>
          Promise.resolve({
            Buckets: buckets.all().map(({ name, createdAtEpochMillis }) => ({
              Name: name,
              CreationDate: new Date(createdAtEpochMillis),
            })),
          }),
      },
    },
    createBucket: async (name) => ({ bucketArn: bucketArn((await buckets.ensure(name)).name) }),
    putBucketPolicy: buckets.putPolicy,
  };
};
