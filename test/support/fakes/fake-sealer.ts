import { createHash } from 'node:crypto';

import { StepkeyError } from '../../../core/errors.ts';
import type { Sealer, SealingPurpose } from '../../../core/ports.ts';
import { failureSwitch, type FailureSwitch } from './failure-switch.ts';

const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Envelopes that hide nothing, but bind purpose and grant and notice every change.
 * Each is different, as real ones are.
 */
export const fakeSealer = (): Sealer & FailureSwitch => {
  const { failWith, check } = failureSwitch();
  let count = 0;
  const bodyOf = (purpose: SealingPurpose, grant: string, plaintext: string): string => {
    count += 1;
    return JSON.stringify({ purpose, grant, plaintext, count });
  };
  return {
    failWith,
    seal: async (purpose, grant, plaintext) => {
      await Promise.resolve();
      check();
      const body = bodyOf(purpose, grant, plaintext);
      return Buffer.from(JSON.stringify({ body, checksum: checksumOf(body) })).toString('base64');
    },
    prepare: async () => {
      await Promise.resolve();
      check();
    },
    open: async (purpose, grant, envelope) => {
      await Promise.resolve();
      check();
      const sealed = parse(envelope) as { body?: string; checksum?: string } | null;
      const body = parse(Buffer.from(sealed?.body ?? '').toString('base64')) as Record<
        string,
        string
      > | null;
      if (
        body === null ||
        sealed?.checksum !== checksumOf(sealed?.body ?? '') ||
        Buffer.from(envelope, 'base64').toString('base64') !== envelope ||
        body['purpose'] !== purpose ||
        body['grant'] !== grant
      ) {
        throw new StepkeyError('Sealing.Failed');
      }
      return body['plaintext'] ?? '';
    },
  };
};

const parse = (base64: string): unknown => {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return null;
  }
};
