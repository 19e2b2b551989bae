/**
 * A nightly job that reads each person's note with credentials for that person and this job: with nobody present, and
 * never more than both may. `stepkey batch run` does the same for a command in any language.
 */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BrokerError, fromStepkey } from 'stepkey';

const { STEPKEY_API = '', BUCKET = '', TOKEN_ENDPOINT = '', AWS_ENDPOINT_URL } = process.env;
const { CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

/** The job's own token, by its own secret; the provider asks for one whenever it needs it. */
const machineToken = async (): Promise<string> => {
  const answer = await fetch(TOKEN_ENDPOINT, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  return ((await answer.json()) as { access_token: string }).access_token;
};

/** People by the subject id of the broker, with the identity id below which their files are. */
const people = JSON.parse(process.env['PEOPLE'] ?? '[]') as {
  subject: string;
  identityId: string;
}[];

for (const { subject, identityId } of people) {
  const s3 = new S3Client({
    credentials: fromStepkey({ api: STEPKEY_API, token: machineToken, grant: 'nightly', subject }),
    forcePathStyle: AWS_ENDPOINT_URL !== undefined,
  });
  try {
    const Key = `private/${identityId}/note.txt`;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    const characters = (await Body?.transformToString())?.length ?? 0;
    console.log(JSON.stringify({ subject, characters }));
  } catch (error) {
    // One person never stops the others.
    const refused = error instanceof BrokerError ? error.kind : (error as Error).name;
    console.log(JSON.stringify({ subject, refused }));
  }
}
