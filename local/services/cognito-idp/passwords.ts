/** Passwords: the pool's policy, and what is kept of them: a scrypt hash and a verifier for SRP. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AwsError } from '../../aws.ts';
import type { PasswordPolicy, StoredUser } from './model.ts';
import { srpVerifierOf } from './srp.ts';

const saltBytes = 16;
const hashBytes = 32;
/** Cognito takes no longer ones either; it also bounds the work that an unsigned call can ask for. */
const maximumLength = 256;

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

/** @returns `<salt>.<hash>`, base64url */
const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt);
  return `${salt.toString('base64url')}.${hash.toString('base64url')}`;
};

/** @param username as it is stored: clients of SRP are told to prove the password for that name */
export const keptOfPassword = async (
  { userPoolId, username }: Pick<StoredUser, 'userPoolId' | 'username'>,
  password: string,
): Promise<Required<Pick<StoredUser, 'passwordHash' | 'srp'>>> => ({
  passwordHash: await hashPassword(password),
  srp: srpVerifierOf({ userPoolId, userId: username }, password),
});

export const passwordMatches = async (password: string, stored: string): Promise<boolean> => {
  if (password.length > maximumLength) return false;
  const [salt = '', hash = ''] = stored.split('.');
  const expected = Buffer.from(hash, 'base64url');
  const derived = await derive(password, Buffer.from(salt, 'base64url'));
  return derived.length === expected.length && timingSafeEqual(derived, expected);
};

const symbols = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+\- ]/;

const faultOf = (password: string, policy: PasswordPolicy): string | null => {
  if (password.length > maximumLength) return 'Password too long';
  if (password.length < policy.minimumLength) return 'Password not long enough';
  if (password !== password.trim()) return 'Password must not begin or end with a space';
  if (policy.requireUppercase && !/[A-Z]/.test(password)) {
    return 'Password must have uppercase characters';
  }
  if (policy.requireLowercase && !/[a-z]/.test(password)) {
    return 'Password must have lowercase characters';
  }
  if (policy.requireNumbers && !/[0-9]/.test(password)) {
    return 'Password must have numeric characters';
  }
  if (policy.requireSymbols && !symbols.test(password)) {
    return 'Password must have symbol characters';
  }
  return null;
};

/** @throws AwsError InvalidPasswordException */
export const requireGoodPassword = (password: string, policy: PasswordPolicy): void => {
  const fault = faultOf(password, policy);
  if (fault !== null) {
    throw new AwsError(
      'InvalidPasswordException',
      `Password did not conform with policy: ${fault}`,
    );
  }
};
