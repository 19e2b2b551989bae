/** Every operation that a client of the AWS SDK knows, as the request that it sends. */
import type { ReceivedRequest } from '../../local/wire/received-request.ts';

/** The exports of a client package: one client, and a class for each operation. */
export type ClientPackage = Readonly<Record<string, unknown>>;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Client {
  readonly send: (command: unknown) => Promise<unknown>;
  readonly destroy: () => void;
}

type Constructor<T> = new (input: Record<string, unknown>) => T;

const isClass = (value: unknown): value is Constructor<unknown> => typeof value === 'function';

/** What S3's serializers want before they make a path or a subresource; the others take an empty input. */
const input = {
  ...{ Bucket: 'bucket', Key: 'key', CopySource: 'bucket/key', RenameSource: 'key', Body: 'body' },
  ...{ UploadId: 'upload', PartNumber: 1, VersionId: 'version', AnnotationName: 'name', Id: 'id' },
  ...{ RequestRoute: 'route', RequestToken: 'token', Expression: 'x', ExpressionType: 'SQL' },
  ...{ ObjectAttributes: ['ETag'], Delete: { Objects: [] } },
};

const receivedOf = ({ method, path, query, headers, body }: Sent): ReceivedRequest => ({
  method,
  path,
  query: Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((each): readonly [string, string] => [name, each]),
  ),
  headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  body: Buffer.from(typeof body === 'string' ? body : ''),
  sourceIp: '127.0.0.1',
});

/** Of what it would send, nothing leaves. */
const interceptedClient = (
  clients: ClientPackage,
  seen: (request: ReceivedRequest) => void,
): Client => {
  const [, Client] =
    Object.entries(clients).find(([name]) => /^(?!__)\w+Client$/u.test(name)) ?? [];
  if (!isClass(Client)) throw new TypeError('The package has no client.');
  return new Client({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:1',
    forcePathStyle: true,
    disableHostPrefix: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' },
    requestHandler: {
      handle: (sent: Sent) => {
        seen(receivedOf(sent));
        return Promise.reject(new Error('Nothing leaves.'));
      },
    },
  }) as Client;
};

/** @throws Error where a command sends nothing */
export const requestsOf = async (
  clients: ClientPackage,
): Promise<readonly { readonly operation: string; readonly request: ReceivedRequest }[]> => {
  const seen: ReceivedRequest[] = [];
  const client = interceptedClient(clients, (request) => {
    seen.push(request);
  });
  const requests: { readonly operation: string; readonly request: ReceivedRequest }[] = [];
  for (const [name, Command] of Object.entries(clients)) {
    const operation = /^(\w+)Command$/u.exec(name)?.[1];
    if (operation === undefined || !isClass(Command)) continue;
    const failure: unknown = await client.send(new Command(input)).catch((error: unknown) => error);
    const request = seen.pop();
    if (request === undefined) throw new Error(`${name} sends nothing`, { cause: failure });
    requests.push({ operation, request });
  }
  client.destroy();
  return requests;
};
