import {
  getLocalCryptographicMaterialsCache,
  NodeCachingMaterialsManager,
} from '@aws-crypto/caching-materials-manager-node';
import { KmsKeyringNode, type KmsKeyringNodeInput } from '@aws-crypto/kms-keyring-node';
import type { NodeMaterialsManager } from '@aws-crypto/material-management-node';
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';

import { StepkeyError } from '../core/errors.ts';
import type { Sealer, SealingPurpose } from '../core/ports.ts';
import { awsErrorMessage, awsErrorName, awsFailure } from './aws-failures.ts';
import { openEnvelope } from './open-envelope.ts';
import { sealEnvelope } from './seal-envelope.ts';

const cacheLimits = {
  maxAge: 5 * 60_000,
  maxMessagesEncrypted: 10_000,
  maxBytesEncrypted: 2 ** 30,
};
/** One data key per purpose and grant to seal, and those of recent sealers to open. */
const cachedDataKeys = 200;

/** Answers of KMS that mean: this envelope was not made with this key for this context. */
const kmsRows = {
  InvalidCiphertextException: 'Sealing.Failed',
  IncorrectKeyException: 'Sealing.Failed',
} as const;

/** An altered data key that seems to be of an unknown key; the same name, with another text, is a missing permission. */
const isOfUnknownKey = (error: unknown): boolean =>
  awsErrorName(error) === 'AccessDeniedException' &&
  awsErrorMessage(error).startsWith('The ciphertext refers to');

/** The Encryption SDK's own type quarrels with `exactOptionalPropertyTypes`. */
type ClientProvider = NonNullable<KmsKeyringNodeInput['clientProvider']>;

const contextOf = (purpose: SealingPurpose, grant: string) => ({ purpose, grant });

const sameContext = (
  found: Readonly<Record<string, string>>,
  expected: ReturnType<typeof contextOf>,
): boolean =>
  Object.keys(found).length === 2 &&
  found['purpose'] === expected.purpose &&
  found['grant'] === expected.grant;

/** Decodes base64 that encodes back to itself: Node's decoder passes over what it does not know. */
const bytesOf = (envelope: string): Buffer => {
  const bytes = Buffer.from(envelope, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== envelope) {
    throw new StepkeyError('Sealing.Failed');
  }
  return bytes;
};

/**
 * Envelopes of the AWS Encryption SDK under one KMS key: committing suite, unsigned, because who seals and who opens
 * are of one trust domain and their rights are told apart by KMS. Data keys are shared per context for five minutes.
 * @param keyArn full ARN of the key; envelopes under any other key are refused
 */
export const kmsSealer = (options: {
  readonly client: KMSClient;
  readonly keyArn: string;
}): Sealer => {
  const cache = getLocalCryptographicMaterialsCache(cachedDataKeys);

  /**
   * What one call of ours gets its data keys from. The keyring keeps only the text of what KMS answered; this keeps the
   * answer itself. One for each call and not one for all with an AsyncLocalStorage, which slows down every promise of a process.
   */
  const materialsNoting = (answers: { failure?: unknown }): NodeMaterialsManager => {
    const noting =
      <Input, Output>(call: (input: Input) => Promise<Output>) =>
      (input: Input): Promise<Output> =>
        call(input).catch((error: unknown) => {
          answers.failure = error;
          throw error;
        });
    // The SDK's `KMS` would be enough for the keyring, and brings every command of the service into a bundle.
    const { client } = options;
    const noted = {
      decrypt: noting((input: DecryptCommand['input']) => client.send(new DecryptCommand(input))),
      encrypt: noting((input: EncryptCommand['input']) => client.send(new EncryptCommand(input))),
      generateDataKey: noting((input: GenerateDataKeyCommand['input']) =>
        client.send(new GenerateDataKeyCommand(input)),
      ),
    };
    return new NodeCachingMaterialsManager({
      backingMaterials: new KmsKeyringNode({
        generatorKeyId: options.keyArn,
        clientProvider: (() => noted) as unknown as ClientProvider,
      }),
      cache,
      partition: options.keyArn,
      ...cacheLimits,
    });
  };

  const translating = async <Output>(
    work: (materials: NodeMaterialsManager) => Promise<Output>,
  ): Promise<Output> => {
    const answers: { failure?: unknown } = {};
    try {
      return await work(materialsNoting(answers));
    } catch (error) {
      if (error instanceof StepkeyError) throw error;
      throw answers.failure === undefined || isOfUnknownKey(answers.failure)
        ? new StepkeyError('Sealing.Failed', { cause: error })
        : awsFailure(answers.failure, kmsRows);
    }
  };

  const seal: Sealer['seal'] = (purpose, grant, plaintext) =>
    translating(async (materials) => {
      const bytes = Buffer.from(plaintext, 'utf8');
      return (await sealEnvelope(materials, contextOf(purpose, grant), bytes)).toString('base64');
    });
  return {
    seal,
    // The data key that this needs is kept for those that follow.
    prepare: async (purpose, grant) => {
      await seal(purpose, grant, '');
    },
    open: (purpose, grant, envelope) =>
      translating(async (materials) => {
        const expected = contextOf(purpose, grant);
        // Before KMS or the cache is asked: a wrong purpose must look the same whoever holds which right.
        const forThisContext: NodeMaterialsManager = {
          getEncryptionMaterials: (request) => materials.getEncryptionMaterials(request),
          decryptMaterials: async (request) => {
            if (!sameContext(request.encryptionContext, expected)) {
              throw new StepkeyError('Sealing.Failed');
            }
            return materials.decryptMaterials(request);
          },
        };
        return (await openEnvelope(forThisContext, bytesOf(envelope))).toString('utf8');
      }),
  };
};
