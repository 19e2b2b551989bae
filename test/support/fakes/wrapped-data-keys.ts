import { randomBytes } from 'node:crypto';
import { KmsKeyringNode, type KmsKeyringNodeInput } from '@aws-crypto/kms-keyring-node';

const keyArn = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555';

interface Request {
  readonly CiphertextBlob: Uint8Array;
  readonly EncryptionContext: Readonly<Record<string, string>>;
}

const nameOf = ({ CiphertextBlob, EncryptionContext }: Request): string =>
  JSON.stringify([
    Buffer.from(CiphertextBlob).toString('hex'),
    ...Object.entries(EncryptionContext).sort(([one], [other]) => (one < other ? -1 : 1)),
  ]);

/** KMS as far as the keyring of the Encryption SDK asks for it: a wrapped key is a name in a map, of one context. */
export const wrappedDataKeys = () => {
  const dataKeys = new Map<string, Buffer>();
  const kms = {
    generateDataKey: ({ EncryptionContext }: Omit<Request, 'CiphertextBlob'>) => {
      const key = randomBytes(32);
      const CiphertextBlob = randomBytes(60);
      dataKeys.set(nameOf({ CiphertextBlob, EncryptionContext }), key);
      return Promise.resolve({ Plaintext: Buffer.from(key), CiphertextBlob, KeyId: keyArn });
    },
    decrypt: (request: Request) => {
      const key = dataKeys.get(nameOf(request));
      return key === undefined
        ? Promise.reject(new Error('InvalidCiphertextException'))
        : Promise.resolve({ Plaintext: Buffer.from(key), KeyId: keyArn });
    },
  };
  return new KmsKeyringNode({
    generatorKeyId: keyArn,
    clientProvider: (() => kms) as unknown as NonNullable<KmsKeyringNodeInput['clientProvider']>,
  });
};
