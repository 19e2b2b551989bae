/**
 * Temporary credentials without a register of them: everything that a session is, its secret key too,
 * is inside its session token, encrypted under a key that only the twin holds.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

import type { Clock } from '../../../core/ports.ts';
import { AwsError } from '../../aws.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import { keptAnswers } from '../../kept-answers.ts';
import type { KeyVault } from '../../state/keys.ts';

/** What a session is bound to for its whole life; the role's policies are looked up at each call. */
export interface SessionFacts {
  readonly roleArn: string;
  readonly roleId: string;
  readonly sessionName: string;
  readonly sessionPolicies: readonly PolicyDocument[];
  /** Managed policies that narrow the session, as they stand at each call. */
  readonly sessionPolicyArns: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly issuedAtEpochSeconds: number;
  /** Of the identity behind it: `cognito-identity.amazonaws.com:sub`, `aws:FederatedProvider`, … */
  readonly conditionKeys: Readonly<Record<string, string | readonly string[]>>;
}

export interface TemporaryCredentials {
  /** `ASIA…` */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expirationEpochSeconds: number;
}

interface OpenedSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly session: SessionFacts;
  readonly expirationEpochSeconds: number;
}

export interface SessionTokens {
  readonly mint: (session: SessionFacts, durationSeconds: number) => Promise<TemporaryCredentials>;
  /**
   * @throws AwsError InvalidClientTokenId when the token is not one of ours, or was altered
   * @throws AwsError ExpiredToken when its time is over
   */
  readonly open: (sessionToken: string) => Promise<OpenedSession>;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const accessKeyId = (): string =>
  `ASIA${Array.from(randomBytes(16), (byte) => base32.charAt(byte % 32)).join('')}`;

const format = Buffer.from([1]);
const ivBytes = 12;
const tagBytes = 16;

const seal = (key: Buffer, plaintext: Buffer): string => {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  cipher.setAAD(format);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([format, iv, ciphertext, cipher.getAuthTag()]).toString('base64');
};

const unseal = (key: Buffer, sealed: string): Buffer => {
  const bytes = Buffer.from(sealed, 'base64');
  // Base64 decoding forgives; only the exact text that was handed out is accepted.
  if (bytes.toString('base64') !== sealed || bytes[0] !== format[0])
    throw new RangeError('Not a session token');
  const iv = bytes.subarray(1, 1 + ivBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  decipher.setAAD(format);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(1 + ivBytes, -tagBytes)), decipher.final()]);
};

const invalidToken = (): AwsError =>
  new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
    statusCode: 403,
  });

export const createSessionTokens = (deps: {
  readonly keys: KeyVault;
  readonly clock: Clock;
}): SessionTokens => {
  const { keys, clock } = deps;
  /** A function presents the same token with each of its calls. */
  const opened = keptAnswers<OpenedSession>(1_000);
  const read = async (sessionToken: string): Promise<OpenedSession> => {
    const known = opened.get(sessionToken);
    if (known !== undefined) return known;
    const key = await keys.secret('sts-session-tokens');
    try {
      const plaintext = inflateRawSync(unseal(key, sessionToken)).toString('utf8');
      return opened.keep(sessionToken, JSON.parse(plaintext) as OpenedSession);
    } catch {
      throw invalidToken();
    }
  };
  return {
    mint: async (session, durationSeconds) => {
      const expirationEpochSeconds = Math.floor(clock.nowEpochMillis() / 1000) + durationSeconds;
      const minted: OpenedSession = {
        accessKeyId: accessKeyId(),
        secretAccessKey: randomBytes(30).toString('base64'),
        session,
        expirationEpochSeconds,
      };
      const key = await keys.secret('sts-session-tokens');
      return {
        accessKeyId: minted.accessKeyId,
        secretAccessKey: minted.secretAccessKey,
        sessionToken: seal(key, deflateRawSync(JSON.stringify(minted))),
        expirationEpochSeconds,
      };
    },
    open: async (sessionToken) => {
      const session = await read(sessionToken);
      if (session.expirationEpochSeconds * 1000 <= clock.nowEpochMillis())
        throw new AwsError(
          'ExpiredToken',
          'The security token included in the request is expired',
          { statusCode: 403 },
        );
      return session;
    },
  };
};
