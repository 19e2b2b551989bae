import type { Unobservable } from './unobservable.ts';

/**
 * Rights of newer parts that no story tells of yet. Unlike what is unobservable the twin would notice the loss of
 * these: each line is work to do. A line that fits nothing any more fails the test, and so does a right of another
 * part without a story.
 */
const notYet = 'No story tells of this part yet.';

export const untold: readonly Unobservable[] = [
  { mutant: 'BrokerRevocations*', reason: notYet },
  { mutant: 'BrokerBatches*', reason: notYet },
];
