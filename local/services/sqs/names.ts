/** Names, ARNs and URLs of queues. */
import { twinAccountId, twinPartition, twinRegion } from '../../identity.ts';

const arnPrefix = `arn:${twinPartition}:sqs:${twinRegion}:${twinAccountId}:`;

export const queueArn = (name: string): string => arnPrefix + name;

/** Null for an ARN of another service, account or Region. */
export const queueNameOfArn = (arn: string): string | null =>
  arn.startsWith(arnPrefix) ? arn.slice(arnPrefix.length) : null;

/** The last part of a URL, whatever its host: the port of the endpoint may have changed. */
export const queueNameOfUrl = (url: unknown): string =>
  typeof url === 'string' ? (url.split('/').at(-1) ?? '') : '';

export const isQueueName = (name: string): boolean => /^[\w-]{1,80}$/u.test(name);
