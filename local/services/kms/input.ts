/** Reads members of KMS inputs; blobs are base64 text, as in its JSON protocol. */
import { AwsError } from '../../aws.ts';
import type { EncryptionContext } from './ciphertext.ts';

type Input = Record<string, unknown>;

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** @throws AwsError ValidationException when it is not strings, or over 8,192 characters */
export const encryptionContextOf = (input: Input): EncryptionContext => {
  const context = input['EncryptionContext'] ?? {};
  const entries = Object.entries(context);
  if (typeof context !== 'object' || !entries.every(([, value]) => typeof value === 'string')) {
    throw new AwsError('SerializationException', 'EncryptionContext is not a map of strings');
  }
  if (JSON.stringify(context).length > 8192) {
    throw invalid('EncryptionContext may have at most 8192 characters');
  }
  return context as EncryptionContext;
};

/** @throws AwsError ValidationException when it is missing, empty or too long */
export const blobOf = (input: Input, member: string, maxBytes: number): Buffer => {
  const text = input[member];
  if (typeof text !== 'string') {
    throw invalid(
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  const blob = Buffer.from(text, 'base64');
  if (blob.length === 0 || blob.length > maxBytes) {
    throw invalid(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length between 1 and ${String(maxBytes)}`,
    );
  }
  return blob;
};

/** @throws AwsError when it is anything but the symmetric default */
export const requireSymmetric = (input: Input): void => {
  const algorithm = input['EncryptionAlgorithm'] ?? 'SYMMETRIC_DEFAULT';
  if (algorithm !== 'SYMMETRIC_DEFAULT') {
    throw new AwsError('InvalidKeyUsageException', 'The key is for SYMMETRIC_DEFAULT only');
  }
};

/** Length of a data key: `KeySpec` or `NumberOfBytes`, one of them. @throws AwsError ValidationException */
export const dataKeyLengthOf = (input: Input): number => {
  const spec = input['KeySpec'] ?? null;
  const length = input['NumberOfBytes'] ?? null;
  if ((spec === null) === (length === null)) {
    throw invalid('Please specify either number of bytes or key spec.');
  }
  if (spec === 'AES_256') return 32;
  if (spec === 'AES_128') return 16;
  if (
    spec !== null ||
    typeof length !== 'number' ||
    !Number.isInteger(length) ||
    length < 1 ||
    length > 1024
  ) {
    throw invalid('KeySpec is AES_256 or AES_128, NumberOfBytes is 1 to 1024');
  }
  return length;
};
