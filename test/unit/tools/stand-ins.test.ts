import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import asn1 from '../../../tools/lambda/stand-ins/asn1.ts';
import BigEndian from '../../../tools/lambda/stand-ins/bn.ts';
import { defaultProvider } from '../../../tools/lambda/stand-ins/credentials.ts';
import { eventStreamSerdeProvider } from '../../../tools/lambda/stand-ins/event-streams.ts';
import { KMS } from '../../../tools/lambda/stand-ins/kms.ts';

const eightBytesOf = (value: bigint): number[] => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return [...bytes];
};

describe('the stand-in for bn.js', () => {
  it('writes and reads every length in eight bytes, the biggest first', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (length) => {
        const bytes = eightBytesOf(BigInt(length));
        expect(new BigEndian(length).toArray('be', 8)).toEqual(bytes);
        expect(new BigEndian(bytes).toNumber()).toBe(length);
      }),
      { examples: [[0], [255], [256], [Number.MAX_SAFE_INTEGER]] },
    );
  });

  it('refuses a length that is no exact number, or does not fit', () => {
    const above = eightBytesOf(BigInt(Number.MAX_SAFE_INTEGER) + 1n);
    expect(() => new BigEndian(above).toNumber()).toThrow(RangeError);
    expect(() => new BigEndian(256).toArray('be', 1)).toThrow(RangeError);
  });
});

describe('the stand-in for the chain of credentials', () => {
  const keys = {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret-of-a-role',
    AWS_SESSION_TOKEN: 'token-of-a-role',
  };
  const before = { ...process.env };
  const withEnvironment = async <T>(variables: NodeJS.ProcessEnv, run: () => Promise<T>) => {
    Object.assign(process.env, variables);
    try {
      return await run();
    } finally {
      for (const name of Object.keys(variables)) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
    }
  };

  it('gives a function what its environment holds, and nothing of files', async () => {
    const credentials = await withEnvironment(keys, () => defaultProvider()());
    expect(credentials).toMatchObject({ accessKeyId: keys.AWS_ACCESS_KEY_ID });
  });

  it('asks the address once for many calls, and again shortly before the end', async () => {
    let asked = 0;
    const endings = [3_600_000, 299_000, 3_600_000];
    const server = createServer((_, response) => {
      const Expiration = new Date(Date.now() + (endings[asked] ?? 0)).toISOString();
      asked += 1;
      response.setHeader('Content-Type', 'application/json');
      response.end(
        JSON.stringify({
          ...{ AccessKeyId: `key-${String(asked)}`, SecretAccessKey: 'secret-of-a-role' },
          ...{ Token: 'token-of-a-role', Expiration },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await withEnvironment(
        { AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${String(port)}/role` },
        async () => {
          const provider = defaultProvider();
          const many = await Promise.all([provider(), provider(), provider()]);
          expect(many.map(({ accessKeyId }) => accessKeyId)).toEqual(['key-1', 'key-1', 'key-1']);
          expect((await provider()).accessKeyId).toBe('key-1');
          const other = defaultProvider();
          expect((await other()).accessKeyId).toBe('key-2');
          expect((await other()).accessKeyId).toBe('key-3');
          expect((await other()).accessKeyId).toBe('key-3');
        },
      );
    } finally {
      server.close();
    }
  });

  it('refuses an address that is not the machine’s own', async () => {
    await expect(
      withEnvironment(
        { ...keys, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://192.0.2.1/credentials' },
        async () => defaultProvider()(),
      ),
    ).rejects.toThrow('URL not accepted');
  });
});

describe('stand-ins for what is not bundled', () => {
  it('say so to whoever needs it', () => {
    expect(() => asn1.define().decode()).toThrow('unsigned suite');
    expect(eventStreamSerdeProvider).toThrow('not bundled');
    expect(KMS).toThrow('given its client');
  });
});
