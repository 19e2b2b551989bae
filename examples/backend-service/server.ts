/**
 * A service that keeps notes of the people it serves, each with that person's own credentials: it has no rights to the
 * bucket itself, and a bug in it opens one person's files at most.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BrokerError, fromStepkey } from 'stepkey';

const { STEPKEY_API = '', BUCKET = '', AWS_ENDPOINT_URL } = process.env;

/** The broker checks the token; nothing in here believes it. */
const tokenOf = ({ headers }: IncomingMessage): string =>
  (headers.authorization ?? '').replace(/^Bearer /, '');

const identityIdOf = async (token: string): Promise<string> => {
  const answer = await fetch(`${STEPKEY_API}/v1/identity`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { identityId: string }).identityId;
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const token = tokenOf(request);
  // One client for each person: providers of one token share a session, so that this costs no mint.
  const s3 = new S3Client({
    credentials: fromStepkey({ api: STEPKEY_API, token, grant: 'own-files' }),
    forcePathStyle: AWS_ENDPOINT_URL !== undefined,
  });
  const Key = `private/${await identityIdOf(token)}/note.txt`;
  if (request.method === 'PUT') {
    const Body = Buffer.concat(await request.toArray());
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
    response.writeHead(204).end();
    return;
  }
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  response.writeHead(200).end(await Body?.transformToString());
};

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    // Who is refused by the broker is refused here, with the broker's sentence.
    const isRefused = error instanceof BrokerError && error.kind !== 'unavailable';
    response.writeHead(isRefused ? 403 : 503).end(isRefused ? error.message : 'Try again later.');
  });
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
});
