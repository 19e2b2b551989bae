import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { KMSClient } from '@aws-sdk/client-kms';

import { clientSettings } from '../../../adapters/aws-clients.ts';
import { kmsSealer } from '../../../adapters/sealer.ts';
import { StepkeyError } from '../../../core/errors.ts';
import type { Sealer } from '../../../core/ports.ts';
import { AwsError } from '../../../local/aws.ts';
import { wireCredentials } from '../../support/fakes/aws-wire.ts';
import { nameOfFailure } from '../../support/fakes/expect-failure.ts';
import { fakeSealer } from '../../support/fakes/fake-sealer.ts';
import { kmsOnWire } from '../../support/fakes/wire-services.ts';
import { bundleFunctions } from '../../../tools/bundle.ts';

// One file, though long: the real sealer and the fake are held to one list.

const plaintext = 'eyJ.å.終'.repeat(900);

const kmsOf = (endpoint: string) =>
  new KMSClient({
    ...clientSettings('kms', { region: 'us-east-1', endpoint }),
    credentials: wireCredentials,
    maxAttempts: 1,
    requestHandler: { requestTimeout: 1_000, throwOnRequestTimeout: true },
  });

const adapter = fileURLToPath(new URL('../../../adapters/sealer.ts', import.meta.url));

/** The sealer without what `tools/lambda` leaves out of the functions. */
const bundledSealer = async (): Promise<typeof kmsSealer> => {
  const root = mkdtempSync(join(tmpdir(), 'stepkey-bundled-sealer-'));
  try {
    mkdirSync(join(root, 'functions/sealer'), { recursive: true });
    writeFileSync(
      join(root, 'functions/sealer/index.ts'),
      `export { kmsSealer } from ${JSON.stringify(adapter)};`,
    );
    const { directory } = await bundleFunctions({ root, outDirectory: join(root, 'out') });
    const load = createRequire(import.meta.url);
    return (load(join(directory, 'sealer/index.js')) as { kmsSealer: typeof kmsSealer }).kmsSealer;
  } finally {
    rmSync(root, { recursive: true });
  }
};

const sealerContract = (name: string, sealerOf: () => Sealer) => {
  describe(`${name}, as a sealer`, () => {
    it('opens what it sealed, whatever its length', async () => {
      const sealer = sealerOf();
      for (const text of ['', 'a', plaintext]) {
        const envelope = await sealer.seal('credentials', 'own-files', text);
        expect(await sealer.open('credentials', 'own-files', envelope)).toBe(text);
      }
    });

    it('gives base64, and another envelope each time', async () => {
      const sealer = sealerOf();
      const first = await sealer.seal('caller-token', '-', 'the same');
      const second = await sealer.seal('caller-token', '-', 'the same');
      expect(first).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
      expect(second).not.toBe(first);
    });

    it('refuses an envelope of another purpose', async () => {
      const sealer = sealerOf();
      const envelope = await sealer.seal('caller-token', '-', 'text');
      expect(await nameOfFailure(sealer.open('credentials', '-', envelope))).toBe('Sealing.Failed');
    });

    it('refuses an envelope of another grant', async () => {
      const sealer = sealerOf();
      const envelope = await sealer.seal('credentials', 'own-files', 'text');
      expect(await nameOfFailure(sealer.open('credentials', 'team-read', envelope))).toBe(
        'Sealing.Failed',
      );
    });

    it('refuses an envelope in which any byte was changed, or that was cut or lengthened', async () => {
      const sealer = sealerOf();
      const envelope = Buffer.from(await sealer.seal('credentials', 'own-files', 'text'), 'base64');
      const altered = [
        envelope.subarray(0, envelope.length - 1),
        envelope.subarray(0, 20),
        Buffer.concat([envelope, Buffer.from([0])]),
        ...Array.from({ length: 24 }, (_, index) => {
          const copy = Buffer.from(envelope);
          const at = Math.floor((index * envelope.length) / 24);
          copy.writeUInt8(copy.readUInt8(at) ^ 0x01, at);
          return copy;
        }),
      ];
      for (const bytes of altered) {
        const text = bytes.toString('base64');
        expect(await nameOfFailure(sealer.open('credentials', 'own-files', text))).toBe(
          'Sealing.Failed',
        );
      }
    });

    it('refuses what is no envelope', async () => {
      const sealer = sealerOf();
      const envelope = await sealer.seal('credentials', 'own-files', 'text');
      for (const text of ['', '-', 'bm90IGFuIGVudmVsb3Bl', ` ${envelope}`, `${envelope}\n`]) {
        expect(await nameOfFailure(sealer.open('credentials', 'own-files', text))).toBe(
          'Sealing.Failed',
        );
      }
    });
  });
};

sealerContract('the fake', fakeSealer);

describe('kmsSealer', () => {
  let kms: Awaited<ReturnType<typeof kmsOnWire>>;
  beforeAll(async () => {
    kms = await kmsOnWire();
  });
  afterEach(() => {
    kms.mend();
    kms.wire.calls.length = 0;
  });
  afterAll(() => kms.close());

  const newSealer = (keyArn = kms.keyArn) =>
    kmsSealer({ client: kmsOf(kms.wire.endpoint), keyArn });
  const operations = () => kms.wire.calls.map(({ operation }) => operation);

  sealerContract('the Encryption SDK on KMS', newSealer);

  describe('as the functions’ bundles have it', () => {
    let bundled: typeof kmsSealer;
    beforeAll(async () => {
      bundled = await bundledSealer();
    });
    /** The bundle has an error class of its own: its failures are thrown again as ours. */
    const ours = async (result: Promise<string>) =>
      result.catch((failure: unknown) => {
        throw new StepkeyError((failure as StepkeyError).name);
      });
    const newBundledSealer = (): Sealer => {
      const sealer = bundled({ client: kmsOf(kms.wire.endpoint), keyArn: kms.keyArn });
      return {
        ...sealer,
        seal: (...input) => ours(sealer.seal(...input)),
        open: (...input) => ours(sealer.open(...input)),
      };
    };

    sealerContract('the bundled Encryption SDK', newBundledSealer);

    it('opens what the whole library sealed, and the other way round', async () => {
      for (const [one, other] of [
        [newSealer(), newBundledSealer()],
        [newBundledSealer(), newSealer()],
      ] as const) {
        const envelope = await one.seal('credentials', 'own-files', plaintext);
        expect(await other.open('credentials', 'own-files', envelope)).toBe(plaintext);
      }
    });
  });

  it('asks KMS for data keys under exactly purpose and grant', async () => {
    await newSealer().seal('credentials', 'own-files', 'text');
    expect(kms.wire.calls[0]?.input).toMatchObject({
      KeyId: kms.keyArn,
      EncryptionContext: { purpose: 'credentials', grant: 'own-files' },
    });
  });

  it('shares one data key among all seals of one context, and among all opens', async () => {
    const sealer = newSealer();
    const envelopes: string[] = [];
    for (const text of ['1', '22', '333']) {
      envelopes.push(await sealer.seal('credentials', 'own-files', text));
    }
    const opener = newSealer();
    for (const envelope of envelopes) await opener.open('credentials', 'own-files', envelope);
    expect(operations()).toEqual(['GenerateDataKey', 'Decrypt']);
  });

  it('seals without KMS what it was prepared for, and nothing else', async () => {
    const sealer = newSealer();
    await sealer.prepare('credentials', 'own-files');
    kms.wire.respond = () => {
      throw new AwsError('KMSInternalException', 'down', { statusCode: 500 });
    };
    const envelope = await sealer.seal('credentials', 'own-files', 'text');
    expect(await nameOfFailure(sealer.seal('credentials', 'team-read', 'text'))).toBe(
      'Upstream.Unavailable',
    );
    kms.mend();
    expect(await newSealer().open('credentials', 'own-files', envelope)).toBe('text');
  });

  it('does not share data keys between contexts', async () => {
    const sealer = newSealer();
    await sealer.seal('credentials', 'own-files', 'text');
    await sealer.seal('credentials', 'team-read', 'text');
    expect(operations()).toEqual(['GenerateDataKey', 'GenerateDataKey']);
  });

  it('refuses another context without asking KMS', async () => {
    const envelope = await newSealer().seal('credentials', 'own-files', 'text');
    kms.wire.calls.length = 0;
    await nameOfFailure(newSealer().open('openid-token', 'own-files', envelope));
    expect(operations()).toEqual([]);
  });

  it('refuses another context also when the data key is cached', async () => {
    const sealer = newSealer();
    const envelope = await sealer.seal('credentials', 'own-files', 'text');
    await sealer.open('credentials', 'own-files', envelope);
    expect(await nameOfFailure(sealer.open('credentials', 'team-read', envelope))).toBe(
      'Sealing.Failed',
    );
  });

  it('drill: what older material of the key sealed is opened after a rotation, by processes of before and after', async () => {
    const patient = () =>
      kmsSealer({
        client: new KMSClient({
          ...clientSettings('kms', { region: 'us-east-1', endpoint: kms.wire.endpoint }),
          credentials: wireCredentials,
        }),
        keyArn: kms.keyArn,
      });
    const before = patient();
    const envelopes = [await before.seal('credentials', 'own-files', 'before')];
    await kms.call('RotateKeyOnDemand', { KeyId: kms.keyArn });
    const after = patient();
    envelopes.push(await after.seal('credentials', 'own-files', 'after'));
    for (const sealer of [before, after, patient()]) {
      for (const [at, text] of ['before', 'after'].entries()) {
        expect(await sealer.open('credentials', 'own-files', envelopes[at] ?? '')).toBe(text);
      }
    }
  });

  it('refuses an envelope under another key', async () => {
    const envelope = await newSealer(kms.otherKeyArn).seal('credentials', 'own-files', 'text');
    expect(await nameOfFailure(newSealer().open('credentials', 'own-files', envelope))).toBe(
      'Sealing.Failed',
    );
  });

  it.each([
    ['ThrottlingException', 400, 'Upstream.Throttled'],
    ['KMSInternalException', 500, 'Upstream.Unavailable'],
    ['DependencyTimeoutException', 503, 'Upstream.Unavailable'],
    ['hang', 500, 'Upstream.Unavailable'],
    ['AccessDeniedException', 400, 'Upstream.Misconfigured'],
    ['DisabledException', 400, 'Upstream.Misconfigured'],
    ['NotFoundException', 400, 'Upstream.Misconfigured'],
  ])('tells KMS answering %s as status %i to both directions as %s', async (code, status, name) => {
    const envelope = await newSealer().seal('credentials', 'own-files', 'text');
    kms.wire.respond = () => {
      throw new AwsError(code, 'refused', { statusCode: status });
    };
    expect(await nameOfFailure(newSealer().seal('credentials', 'own-files', 'text'))).toBe(name);
    expect(await nameOfFailure(newSealer().open('credentials', 'own-files', envelope))).toBe(name);
  });

  it('keeps the failures of two opens apart', async () => {
    const sealer = newSealer();
    const good = await sealer.seal('credentials', 'own-files', 'text');
    const bad = await sealer.seal('credentials', 'team-read', 'text');
    const opener = newSealer();
    kms.wire.respond = async ({ operation, input }) => {
      const { grant } = input['EncryptionContext'] as { grant: string };
      if (grant === 'team-read') throw new AwsError('ThrottlingException', 'slow down');
      return kms.call(operation, input);
    };
    const [opened, refused] = await Promise.all([
      opener.open('credentials', 'own-files', good),
      nameOfFailure(opener.open('credentials', 'team-read', bad)),
    ]);
    expect([opened, refused]).toEqual(['text', 'Upstream.Throttled']);
  });

  it('carries no plaintext in its failures', async () => {
    const secret = 'a-very-secret-text';
    const envelope = await newSealer().seal('credentials', 'own-files', secret);
    const cut = Buffer.from(envelope, 'base64').subarray(0, -4).toString('base64');
    const failure = await newSealer()
      .open('credentials', 'own-files', cut)
      .catch((error: unknown) => error as Error);
    expect(JSON.stringify([String(failure), String((failure as Error).cause)])).not.toContain(
      secret,
    );
  });
});
