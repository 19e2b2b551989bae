/**
 * How long each service takes. AWS publishes no figures for these calls: the medians are assumptions, in the range of
 * what public measurements of warm calls within one Region show, and stand here so that an operator can put in their own.
 */
import type { Chance } from './chance.ts';

const medianMillis = {
  /** Gateway, authorizer, start of the warm function, verification of the token. */
  gateway: 12,
  tableRead: 4,
  tableWrite: 6,
  /** PutEvents. */
  bus: 15,
  /** A warm function, invoked by a state. */
  decide: 9,
  identityPool: 45,
  sts: 60,
  /** StartSyncExecution until the first state, or StartExecution until its answer. */
  startExecution: 25,
} as const;

export type Service = keyof typeof medianMillis;

/** Half as long again at one standard deviation: one call in a hundred takes 2.5 times the median. */
const spread = 0.4;

export const latencyOf = (service: Service, chance: Chance): number =>
  medianMillis[service] * Math.exp(spread * chance.normal());
