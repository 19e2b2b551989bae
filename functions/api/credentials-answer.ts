import { timeOf } from '../../core/contracts/time.ts';
import type {
  ContainerCredentialsAnswer,
  CredentialsAnswer,
} from '../../core/contracts/api-answers.ts';
import type { IssuedSession } from './issued-session.ts';

export const credentialsAnswerOf = (issued: IssuedSession): CredentialsAnswer => ({
  credentials: {
    ...issued.session.credentials,
    expiration: timeOf(issued.session.expiresAtEpochSeconds),
  },
  subject: issued.session.subject,
  identityId: issued.session.identityId,
  grant: issued.session.grant,
  roleArn: issued.session.roleArn,
  assumedRoleArn: issued.session.assumedRoleArn,
  source: issued.source,
  ...(issued.stale ? { stale: true as const } : {}),
  sessionId: issued.session.sessionId,
  issuanceId: issued.issuanceId,
  executionArn: issued.session.executionArn,
});
/** The field is `Token` here, and `Expiration` must end in `Z`: SDKs refuse anything else. */
export const containerAnswerOf = ({ session }: IssuedSession): ContainerCredentialsAnswer => ({
  AccessKeyId: session.credentials.accessKeyId,
  SecretAccessKey: session.credentials.secretAccessKey,
  Token: session.credentials.sessionToken,
  Expiration: timeOf(session.expiresAtEpochSeconds),
});
