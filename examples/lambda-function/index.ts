/**
 * A function behind a Cognito authorizer that acts with its caller's role. Its own role may write logs and nothing else:
 * what it can reach is what its caller can.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { withCallerCredentials } from 'stepkey';

const { STEPKEY_API = '', BUCKET = '', AWS_ENDPOINT_URL } = process.env;

export const handler = withCallerCredentials(
  async (event: APIGatewayProxyEvent, _context, { credentials, identityId }) => {
    // Inside of the handler: a client that is kept would serve its first caller's credentials to all.
    const s3 = new S3Client({ credentials, forcePathStyle: AWS_ENDPOINT_URL !== undefined });
    await s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: `private/${identityId}/note.txt`,
        Body: event.body ?? '',
      }),
    );
    return { statusCode: 204 };
  },
  { api: STEPKEY_API, grant: 'own-files' },
);
