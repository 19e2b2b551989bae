/** From the call that revokes a person to the refusal: of new credentials, and of those that somebody holds. */
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Endpoints } from '../local/endpoints.ts';
import { percentile, type Bench } from './bench.ts';
import { idTokenOf } from './sign-in.ts';
import { startTwinProcess } from './twin-process.ts';

interface HandedOut {
  readonly subject: string;
  readonly identityId: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

const pollMillis = 5;
/** Longer than anything that works. */
const patienceMillis = 60_000;

/** Asks again and again until it is so. @returns milliseconds since `startMillis`; more than the truth by one asking */
const millisUntil = async (startMillis: number, isSo: () => Promise<boolean>): Promise<number> => {
  while (!(await isSo())) {
    if (performance.now() > startMillis + patienceMillis) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, pollMillis));
  }
  return performance.now() - startMillis;
};

const operatorTokenOf = async ({ clients, tokenEndpoint }: Endpoints): Promise<string> => {
  const { clientId, clientSecret = '' } = clients.operator;
  const answer = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials&scope=stepkey/revoke',
  });
  return ((await answer.json()) as { access_token: string }).access_token;
};

/** One revocation and its restoration. */
const round = async (
  endpoints: Endpoints,
  tokens: { readonly person: string; readonly operator: string },
): Promise<{ readonly issuingMillis: number; readonly sessionMillis: number }> => {
  const call = (method: string, path: string, token: string, body?: object) =>
    fetch(`${endpoints.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const ask = () => call('POST', '/v1/credentials', tokens.person, { grant: 'own-files' });
  const { subject, identityId, credentials } = (await (await ask()).json()) as HandedOut;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const s3 = new S3Client({
    region: endpoints.region,
    endpoint: endpoints.aws,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });
  const use = new ListObjectsV2Command({
    Bucket: endpoints.bucket,
    Prefix: `private/${identityId}/`,
  });
  await s3.send(use);
  const startMillis = performance.now();
  const asked = await call('POST', '/v1/revocations', tokens.operator, {
    target: { subject },
    reason: 'measured',
  });
  const { revocationId } = (await asked.json()) as { revocationId: string };
  const [issuingMillis, sessionMillis] = await Promise.all([
    millisUntil(startMillis, async () => (await ask()).status === 403),
    millisUntil(startMillis, () =>
      s3.send(use).then(
        () => false,
        (error: unknown) => error instanceof Error && error.name === 'AccessDenied',
      ),
    ),
  ]);
  s3.destroy();
  const path = `/v1/revocations/${revocationId}`;
  // 204 once it is restored.
  await millisUntil(
    performance.now(),
    async () => (await call('DELETE', path, tokens.operator)).status === 204,
  );
  return { issuingMillis, sessionMillis };
};

export const bench: Bench = {
  name: 'revocation',
  measure: async ({ quick, progress }) => {
    const twin = await startTwinProcess();
    try {
      const tokens = {
        person: await idTokenOf(twin.endpoints, 'alice'),
        operator: await operatorTokenOf(twin.endpoints),
      };
      const rounds = [];
      // The first loads the function.
      await round(twin.endpoints, tokens);
      for (let count = 0; count < (quick ? 3 : 25); count += 1) {
        rounds.push(await round(twin.endpoints, tokens));
      }
      progress('AWS itself adds the propagation of IAM: seconds, minutes at worst');
      const issuing = rounds.map(({ issuingMillis }) => issuingMillis);
      const session = rounds.map(({ sessionMillis }) => sessionMillis);
      const worst = (values: readonly number[]) => [percentile(values, 0.95)];
      return [
        { name: 'from the call until the broker refuses', unit: 'ms', values: issuing },
        { name: '  of them p95', unit: 'ms', values: worst(issuing) },
        { name: 'from the call until S3 refuses held keys', unit: 'ms', values: session },
        { name: '  of them p95', unit: 'ms', values: worst(session) },
      ];
    } finally {
      await twin.stop();
    }
  },
};
