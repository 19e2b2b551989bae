/**
 * Ciphertext blobs: which key made them, with which of its materials, and AES-256-GCM over the plaintext with the key id and the
 * encryption context as associated data. Opaque to callers, as KMS's own.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AwsError } from '../../aws.ts';

/** Name → value; order means nothing. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** The first byte: one more than how often the key had been given new material. */
const firstMaterial = 1;
const mostRotations = 250;
const keyIdBytes = 16;
const ivBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes + ivBytes + tagBytes;

const invalidCiphertext = (): AwsError => new AwsError('InvalidCiphertextException', '');

/** Length-prefixed, so that no two contexts give the same bytes. */
const associatedData = (keyId: string, context: EncryptionContext): Buffer => {
  const parts = Object.entries(context)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flat();
  return Buffer.concat(
    [keyId, ...parts].flatMap((part) => {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
};

/** @param keyId a UUID; the blob carries it, and which of the key's materials made it */
export const seal = (
  { keyId, rotations }: { readonly keyId: string; readonly rotations: number },
  material: Buffer,
  context: EncryptionContext,
  plaintext: Uint8Array,
): Buffer => {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', material, iv);
  cipher.setAAD(associatedData(keyId, context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([
    Buffer.from([firstMaterial + rotations]),
    Buffer.from(keyId.replaceAll('-', ''), 'hex'),
    iv,
    cipher.getAuthTag(),
    body,
  ]);
};

/** How often the key had been given new material when it made the blob; below zero where no key made it. */
export const rotationsOf = (blob: Buffer): number => {
  const rotations = (blob[0] ?? 0) - firstMaterial;
  return rotations > mostRotations ? -1 : rotations;
};

/** The key id that the blob names. @throws AwsError InvalidCiphertextException */
export const keyIdOf = (blob: Buffer): string => {
  if (blob.length <= headerBytes || rotationsOf(blob) < 0) throw invalidCiphertext();
  const hex = blob.toString('hex', 1, 1 + keyIdBytes);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** @throws AwsError InvalidCiphertextException when anything differs from what was sealed */
export const open = (material: Buffer, context: EncryptionContext, blob: Buffer): Buffer => {
  const keyId = keyIdOf(blob);
  const ivStart = 1 + keyIdBytes;
  const iv = blob.subarray(ivStart, ivStart + ivBytes);
  const decipher = createDecipheriv('aes-256-gcm', material, iv, { authTagLength: tagBytes });
  decipher.setAAD(associatedData(keyId, context));
  decipher.setAuthTag(blob.subarray(ivStart + ivBytes, headerBytes));
  try {
    return Buffer.concat([decipher.update(blob.subarray(headerBytes)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
};
