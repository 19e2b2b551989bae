/** Names and ARNs of buses and rules. */
import { twinAccountId, twinPartition, twinRegion } from '../../identity.ts';

const arnPrefix = `arn:${twinPartition}:events:${twinRegion}:${twinAccountId}:`;

export const defaultBus = 'default';

export const busArn = (bus: string): string => `${arnPrefix}event-bus/${bus}`;

/** Calls name a bus by its name or its ARN, or leave it out. */
export const busNameOf = (given: unknown): string => {
  if (typeof given !== 'string' || given === '') return defaultBus;
  return given.startsWith(busArn('')) ? given.slice(busArn('').length) : given;
};

/** The default bus does not show in its rules' ARNs. */
export const ruleArn = (bus: string, rule: string): string =>
  `${arnPrefix}rule/${bus === defaultBus ? '' : `${bus}/`}${rule}`;

/** Rule names hold no slash. */
export const ruleKey = (bus: string, rule: string): string => `${bus}/${rule}`;
