import { createPublicKey, sign, verify } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { memoryKeyVault, openKeyVault } from '../../../../local/state/keys.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keys-'));
  file = join(directory, 'signing-keys.json');
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('the key vault', () => {
  it('gives the same keys after reopening', async () => {
    const vault = await openKeyVault(file);
    const [secret, key] = await Promise.all([vault.secret('sts'), vault.rsa('pool-id', 'RS256')]);
    const reopened = await openKeyVault(file);
    expect(await reopened.secret('sts')).toEqual(secret);
    expect((await reopened.rsa('pool-id', 'RS256')).publicJwk).toEqual(key.publicJwk);
  });

  it('makes one key for callers that ask at once', async () => {
    const vault = memoryKeyVault();
    const [one, two] = await Promise.all([vault.secret('a'), vault.secret('a')]);
    expect(one).toEqual(two);
    expect(await vault.secret('b')).not.toEqual(one);
    expect(one).toHaveLength(32);
  });

  it('gives a public key that verifies, and has no private member', async () => {
    const { privateKey, publicJwk } = await memoryKeyVault().rsa('k', 'RS512');
    expect(Object.keys(publicJwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    const publicKey = createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
    expect(publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    const signature = sign('sha512', Buffer.from('text'), privateKey);
    expect(verify('sha512', Buffer.from('text'), publicKey, signature)).toBe(true);
  });

  it('keeps a JWK set that only its owner may read', async () => {
    const vault = await openKeyVault(file);
    await Promise.all([vault.secret('a'), vault.secret('b'), vault.secret('c')]);
    expect(await modeOf(file)).toBe(0o600);
    const set = JSON.parse(await readFile(file, 'utf8')) as { keys: { kid: string }[] };
    expect(set.keys.map(({ kid }) => kid).sort()).toEqual(['a', 'b', 'c']);
  });

  it('closes a file to others that was open to them', async () => {
    await (await openKeyVault(file)).secret('a');
    await chmod(file, 0o644);
    await openKeyVault(file);
    expect(await modeOf(file)).toBe(0o600);
  });

  it.each(['{"keys":[{"kid":"a","kty":"oct","k":"short"}]}', '{"keys":', '[]'])(
    'refuses the damaged file %s and leaves it as it is',
    async (text) => {
      await writeFile(file, text);
      await expect(openKeyVault(file)).rejects.toMatchObject({ name: 'StateError' });
      expect(await readFile(file, 'utf8')).toBe(text);
    },
  );

  it('refuses a file in which any byte is another, and leaves it as it is', async () => {
    const vault = await openKeyVault(file);
    await Promise.all([vault.secret('a'), vault.rsa('b', 'RS256')]);
    const text = await readFile(file, 'latin1');
    const taken: number[] = [];
    // All but the line's end.
    for (let at = 0; at < text.length - 1; at += 13) {
      const other = String.fromCharCode(text.charCodeAt(at) ^ 1);
      const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
      await writeFile(file, changed, 'latin1');
      const outcome = await openKeyVault(file).catch((error: unknown) => error);
      if (!(outcome instanceof Error && outcome.name === 'StateError')) taken.push(at);
      expect(await readFile(file, 'latin1')).toBe(changed);
    }
    expect(taken).toEqual([]);
  });

  it('takes a file that says no checksum, as earlier versions wrote it', async () => {
    const secret = await (await openKeyVault(file)).secret('a');
    const { keys } = JSON.parse(await readFile(file, 'utf8')) as { keys: unknown };
    await writeFile(file, JSON.stringify({ keys }));
    expect(await (await openKeyVault(file)).secret('a')).toEqual(secret);
  });

  it('refuses to use a key as another kind', async () => {
    const vault = await openKeyVault(file);
    await vault.secret('a');
    await expect(vault.rsa('a', 'RS256')).rejects.toMatchObject({ name: 'StateError' });
  });
});
