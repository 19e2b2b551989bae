/** A client of USER_SRP_AUTH, just enough to sign in with. A third party's judges the same in test/long/clients. */
import { createDiffieHellmanGroup, createHash, createHmac, randomBytes } from 'node:crypto';

const prime = BigInt(`0x${createDiffieHellmanGroup('modp15').getPrime('hex')}`);

const padded = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
};

const hash = (...parts: readonly (Buffer | string)[]): Buffer =>
  parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest();

const number = (bytes: Buffer | string): bigint =>
  BigInt(`0x${typeof bytes === 'string' ? bytes : bytes.toString('hex')}`);

const power = (base: bigint, exponent: bigint): bigint => {
  if (exponent === 0n) return 1n;
  const half = power((base * base) % prime, exponent / 2n);
  return exponent % 2n === 0n ? half : (half * base) % prime;
};

export const createSrpClient = (userPoolId: string, password: string) => {
  const secret = number(randomBytes(32));
  const publicValue = power(2n, secret);
  const pool = userPoolId.split('_')[1] ?? '';
  return {
    publicValue: publicValue.toString(16),
    /** The responses to PASSWORD_VERIFIER. */
    answer: (challenge: Record<string, string>): Record<string, string> => {
      const { SALT = '', SRP_B = '', SECRET_BLOCK = '', USER_ID_FOR_SRP: userId = '' } = challenge;
      const theirs = number(SRP_B);
      const scrambling = number(hash(padded(publicValue), padded(theirs)));
      const known = number(hash(padded(number(SALT)), hash(`${pool}${userId}:${password}`)));
      const multiplier = number(hash(padded(prime), Buffer.from([2])));
      const base = (theirs - ((multiplier * power(2n, known)) % prime) + prime) % prime;
      const shared = power(base, secret + scrambling * known);
      const extracted = createHmac('sha256', padded(scrambling)).update(padded(shared)).digest();
      const key = createHmac('sha256', extracted)
        .update('Caldera Derived Key\u0001')
        .digest()
        .subarray(0, 16);
      const TIMESTAMP = 'Sun Nov 1 09:05:07 UTC 2026';
      return {
        USERNAME: challenge['USERNAME'] ?? '',
        TIMESTAMP,
        PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: createHmac('sha256', key)
          .update(`${pool}${userId}`)
          .update(Buffer.from(SECRET_BLOCK, 'base64'))
          .update(TIMESTAMP)
          .digest('base64'),
      };
    },
  };
};
