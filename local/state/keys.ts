/** The twin's keys: one private JWK set, the only place where key material lies on disk. */
import { createHash, createPrivateKey, generateKeyPair, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import { writeDurably } from './durable-file.ts';
import { StateError } from './state-error.ts';

type SigningAlgorithm = 'RS256' | 'RS512';

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** As a JWKS shows it: no private member. */
  readonly publicJwk: JWK;
}

/** Keys are made on first use and durable before a promise of theirs resolves. */
export interface KeyVault {
  /** A 2048-bit RSA key for one algorithm. */
  rsa(kid: string, alg: SigningAlgorithm): Promise<SigningKey>;
  /** 32 random bytes. */
  secret(kid: string): Promise<Buffer>;
}

type Save = (keys: readonly JWK[]) => Promise<void>;

const generateRsa = promisify(generateKeyPair);

const makeRsaJwk = async (kid: string, alg: SigningAlgorithm): Promise<JWK> => {
  const { privateKey } = await generateRsa('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
};

const makeSecretJwk = (kid: string): JWK => ({
  kty: 'oct',
  kid,
  k: randomBytes(32).toString('base64url'),
});

const signingKeyOf = (kid: string, jwk: JWK): SigningKey => {
  const { kty, n, e, alg } = jwk;
  return {
    kid,
    privateKey: createPrivateKey({ key: { ...jwk }, format: 'jwk' }),
    publicJwk: { kty, n, e, kid, alg, use: 'sig' } as JWK,
  };
};

const createVault = (loaded: readonly JWK[], save: Save): KeyVault => {
  const keys = [...loaded];
  let saving: Promise<void> = Promise.resolve();
  const add = async (jwk: JWK): Promise<JWK> => {
    keys.push(jwk);
    saving = saving.then(() => save([...keys]));
    await saving;
    return jwk;
  };
  const opened = new Map<string, Promise<unknown>>();
  /** The first caller makes or reads the key, later ones share what it got. */
  const once = <T>(id: string, get: () => Promise<T>): Promise<T> => {
    const existing = (opened.get(id) as Promise<T> | undefined) ?? get();
    opened.set(id, existing);
    return existing;
  };
  const stored = (kid: string, kty: string, alg?: string): JWK | undefined => {
    const jwk = keys.find((key) => key.kid === kid);
    if (jwk !== undefined && (jwk.kty !== kty || jwk.alg !== alg)) {
      throw new StateError(`The key ${kid} is of another kind than this version of Stepkey uses.`);
    }
    return jwk;
  };
  return {
    rsa: (kid, alg) =>
      once(`${alg} ${kid}`, async () =>
        signingKeyOf(kid, stored(kid, 'RSA', alg) ?? (await add(await makeRsaJwk(kid, alg)))),
      ),
    secret: (kid) =>
      once(`oct ${kid}`, async () => {
        const jwk = stored(kid, 'oct') ?? (await add(makeSecretJwk(kid)));
        return Buffer.from(jwk.k ?? '', 'base64url');
      }),
  };
};

const isWhole = (jwk: unknown): jwk is JWK => {
  if (typeof jwk !== 'object' || jwk === null || !('kid' in jwk) || !('kty' in jwk)) return false;
  if (typeof jwk.kid !== 'string') return false;
  if (jwk.kty === 'RSA') return 'd' in jwk && typeof jwk.d === 'string';
  return jwk.kty === 'oct' && 'k' in jwk && typeof jwk.k === 'string' && jwk.k.length === 43;
};

/** A key with another byte would still be a key, of which nothing that was made with the first is known. */
const checksum = (keys: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(keys)).digest('hex');

/** Beside the keys, the set says their checksum; one that an earlier version wrote does not. */
const hasChecksum = (set: object, keys: readonly unknown[]): boolean => {
  const { length } = Object.keys(set);
  return length === 1 || (length === 2 && 'sha256' in set && set.sha256 === checksum(keys));
};

const parseKeys = (file: string, text: string): readonly JWK[] => {
  try {
    const set: unknown = JSON.parse(text);
    if (typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)) {
      const keys: unknown[] = set.keys;
      if (keys.every(isWhole) && hasChecksum(set, keys)) return keys;
    }
  } catch {
    // No cause: a parser's message may quote the file.
  }
  throw new StateError(`The key file ${file} is damaged; use another state directory.`);
};

/**
 * Opens the JWK set, mode 0600; one that others may read is closed to them.
 * @throws StateError when it is damaged; it is never overwritten then
 */
export const openKeyVault = async (file: string): Promise<KeyVault> => {
  let text = '{"keys":[]}';
  try {
    text = await readFile(file, 'utf8');
    await chmod(file, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new StateError(`The key file ${file} cannot be read.`, { cause: error });
    }
  }
  return createVault(parseKeys(file, text), (keys) =>
    writeDurably(file, `${JSON.stringify({ keys, sha256: checksum(keys) }, null, 2)}\n`),
  );
};

/** A vault that forgets, for tests. */
export const memoryKeyVault = (): KeyVault => createVault([], () => Promise.resolve());
