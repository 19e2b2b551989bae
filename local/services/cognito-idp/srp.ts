/**
 * The Secure Remote Password protocol as user pools speak it: SRP-6a over the 3072-bit group, with SHA-256.
 * A client proves that it knows the password; neither the password nor what would replace it crosses the wire.
 * @see RFC 5054; the group is RFC 3526's number 15; labels and paddings are those of AWS's public clients
 */
import { createDiffieHellmanGroup, createHash, createHmac, randomBytes } from 'node:crypto';

/** What is kept of a password for SRP. Not the password, but guesses can be tried on it. */
export interface SrpVerifier {
  /** Hex. */
  readonly salt: string;
  /** Hex. */
  readonly verifier: string;
}

/** The server's half of one exchange; `secret` never leaves it. */
export interface SrpExchange {
  readonly secret: bigint;
  /** `SRP_B`, hex. */
  readonly publicValue: string;
}

const prime = BigInt(`0x${createDiffieHellmanGroup('modp15').getPrime('hex')}`);
const generator = 2n;
const saltBytes = 16;
const secretBytes = 32;
const keyBytes = 16;

/** As a signed big-endian number: without leading zero bytes, but with one where the leading bit is set. */
const signedBytes = (value: bigint): Buffer => {
  const hex = value.toString(16);
  const even = hex.length % 2 === 1 ? `0${hex}` : hex;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
};

const fromHex = (hex: string): bigint => BigInt(`0x${hex}`);

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const numberOf = (bytes: Buffer): bigint => fromHex(bytes.toString('hex'));

const multiplier = numberOf(sha256(signedBytes(prime), Buffer.from([2])));

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  let square = base % prime;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
};

/** The part of the pool's id after the Region stands for the pool. */
const poolNameOf = (userPoolId: string): string => userPoolId.slice(userPoolId.indexOf('_') + 1);

export interface SrpIdentity {
  readonly userPoolId: string;
  /** `USER_ID_FOR_SRP` */
  readonly userId: string;
}

/** Its first byte is not zero: clients differ in what they make of leading zeros. */
const newSalt = (): string => {
  const salt = randomBytes(saltBytes);
  salt[0] = (salt[0] ?? 0) | 1;
  return salt.toString('hex');
};

export const srpVerifierOf = (
  { userPoolId, userId }: SrpIdentity,
  password: string,
  salt = newSalt(),
): SrpVerifier => {
  const identity = sha256(`${poolNameOf(userPoolId)}${userId}:${password}`);
  const exponent = numberOf(sha256(signedBytes(fromHex(salt)), identity));
  return { salt, verifier: power(generator, exponent).toString(16) };
};

export const startSrpExchange = ({ verifier }: SrpVerifier): SrpExchange => {
  const secret = numberOf(randomBytes(secretBytes));
  const value = (multiplier * fromHex(verifier) + power(generator, secret)) % prime;
  return { secret, publicValue: value.toString(16) };
};

/** Whether a client's `SRP_A` is a number of the group, and not one that would give its key away. */
export const isSrpPublicValue = (hex: string): boolean =>
  /^[0-9a-f]{1,770}$/i.test(hex) && fromHex(hex) % prime !== 0n;

/** HKDF with one round, as the clients do it. */
const keyOf = (shared: bigint, scrambling: bigint): Buffer => {
  const extracted = createHmac('sha256', signedBytes(scrambling))
    .update(signedBytes(shared))
    .digest();
  return createHmac('sha256', extracted)
    .update('Caldera Derived Key\u0001')
    .digest()
    .subarray(0, keyBytes);
};

/** The `PASSWORD_CLAIM_SIGNATURE` that only somebody with the password can make; base64. */
export const srpSignature = (request: {
  readonly identity: SrpIdentity;
  readonly verifier: SrpVerifier;
  readonly exchange: SrpExchange;
  /** `SRP_A`, hex. */
  readonly clientPublicValue: string;
  /** `SECRET_BLOCK`, base64. */
  readonly secretBlock: string;
  readonly timestamp: string;
}): string => {
  const { identity, verifier, exchange, clientPublicValue } = request;
  const clientValue = fromHex(clientPublicValue);
  const scrambling = numberOf(
    sha256(signedBytes(clientValue), signedBytes(fromHex(exchange.publicValue))),
  );
  const shared = power(
    clientValue * power(fromHex(verifier.verifier), scrambling),
    exchange.secret,
  );
  return createHmac('sha256', keyOf(shared, scrambling))
    .update(`${poolNameOf(identity.userPoolId)}${identity.userId}`)
    .update(Buffer.from(request.secretBlock, 'base64'))
    .update(request.timestamp)
    .digest('base64');
};
