/** Tiny services that show what reached them. */
import { AwsError } from '../../../../local/aws.ts';
import type { Operation, Service } from '../../../../local/aws.ts';

const echo = (action: string, resource: string): Operation => ({
  authorize: () => [{ action, resource }],
  run: (input) => Promise.resolve(input),
});

const failing = (error: Error): Operation => ({
  authorize: 'any-principal',
  run: () => Promise.reject(error),
});

export const tableArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/stepkey';

export const dynamodb: Service = {
  name: 'dynamodb',
  operations: {
    GetItem: {
      ...echo('dynamodb:GetItem', tableArn),
      run: (input) => Promise.resolve({ Item: input['Key'] }),
    },
    PutItem: failing(
      new AwsError('ConditionalCheckFailedException', 'The conditional request failed', {
        members: { Item: { pk: { S: 'a' } } },
      }),
    ),
    DeleteItem: failing(new TypeError('canary in a message')),
    UpdateItem: failing(new AwsError('ValidationException', 'One or more parameters are wrong')),
  },
};

export const kms: Service = {
  name: 'kms',
  operations: {
    GenerateDataKey: {
      authorize: 'any-principal',
      run: () => Promise.resolve({ KeyId: 'key', Plaintext: Buffer.from([1, 2, 3]) }),
    },
    Decrypt: failing(new AwsError('InvalidCiphertextException', 'No')),
  },
};

export const identityPools: Service = {
  name: 'cognito-identity',
  operations: {
    GetId: { authorize: 'unsigned', run: () => Promise.resolve({ IdentityId: 'id' }) },
  },
};

export const lambda: Service = {
  name: 'lambda',
  operations: {
    Invoke: {
      authorize: ({ FunctionName: name }) => [
        { action: 'lambda:InvokeFunction', resource: String(name) },
      ],
      run: ({ FunctionName: name, Payload: payload, InvocationType: type }) =>
        Promise.resolve({
          StatusCode: type === 'Event' ? 202 : 200,
          ExecutedVersion: '$LATEST',
          ...(name === 'failing' ? { FunctionError: 'Unhandled' } : {}),
          Payload: payload as Buffer,
        }),
    },
  },
};

interface Stored {
  readonly Body: Buffer;
  readonly Metadata: unknown;
  readonly ContentType: unknown;
}

/** Keeps objects in memory; only what the wire needs to be seen working. */
export const createMemoryS3 = (): Service => {
  const objects = new Map<string, Stored>();
  const at = ({ Bucket: bucket, Key: key }: Record<string, unknown>): string =>
    `${String(bucket)}/${String(key)}`;
  const operation = (
    action: string,
    run: (input: Record<string, unknown>) => Record<string, unknown>,
  ) => ({
    authorize: (input: Record<string, unknown>) => [
      { action, resource: `arn:aws:s3:::${at(input)}` },
    ],
    // A refusal must be a rejection, not a throw on the way.
    run: async (input: Record<string, unknown>) => Promise.resolve(run(input)),
  });
  const read = (input: Record<string, unknown>): Record<string, unknown> => {
    const stored = objects.get(at(input));
    if (stored === undefined)
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', {
        statusCode: 404,
        members: { Key: input['Key'] },
      });
    return {
      ...stored,
      ETag: '"tag"',
      ContentLength: stored.Body.length,
      LastModified: 1_800_000_000_000,
    };
  };
  return {
    name: 's3',
    operations: {
      PutObject: operation('s3:PutObject', (input) => {
        objects.set(at(input), {
          Body: Buffer.from(input['Body'] as Buffer),
          Metadata: input['Metadata'],
          ContentType: input['ContentType'],
        });
        return { ETag: '"tag"', ChecksumCRC32: input['ChecksumCRC32'] };
      }),
      GetObject: operation('s3:GetObject', (input) =>
        input['Range'] === undefined
          ? read(input)
          : { ...read(input), Body: Buffer.from('bc'), ContentRange: 'bytes 1-2/3' },
      ),
      HeadObject: operation('s3:GetObject', read),
      DeleteObject: operation('s3:DeleteObject', (input) => {
        objects.delete(at(input));
        return {};
      }),
      ListObjectsV2: operation('s3:ListBucket', (input) => ({
        Contents: [...objects].map(([key, { Body: body }]) => ({
          Key: key.slice(String(input['Bucket']).length + 1),
          Size: body.length,
          ETag: '"tag"',
          LastModified: 1_800_000_000_000,
        })),
        CommonPrefixes: [{ Prefix: 'a&b/' }],
        KeyCount: objects.size,
        MaxKeys: input['MaxKeys'],
      })),
      ListBuckets: operation('s3:ListAllMyBuckets', () => ({
        Buckets: [{ Name: 'bucket', CreationDate: 1_800_000_000_000 }],
        Owner: { ID: 'owner' },
      })),
      HeadBucket: operation('s3:ListBucket', () => ({ BucketRegion: 'us-east-1' })),
      CreateBucket: operation('s3:CreateBucket', (input) => ({
        Location: `/${String(input['Bucket'])}`,
      })),
    },
  };
};
