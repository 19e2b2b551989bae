import { createHmac } from 'node:crypto';
import type { KeyVault } from './state/keys.ts';

/** The account's administrator: the same key as long as the state lasts, and nowhere written but in endpoints.json. */
export const adminCredentialsOf = async (
  vault: KeyVault,
): Promise<{ accessKeyId: string; secretAccessKey: string }> => {
  const key = await vault.secret('admin');
  const derive = (purpose: string): Buffer => createHmac('sha256', key).update(purpose).digest();
  return {
    accessKeyId: `AKIA${derive('access-key-id').toString('hex').toUpperCase().slice(0, 16)}`,
    secretAccessKey: derive('secret-access-key').subarray(0, 30).toString('base64'),
  };
};
