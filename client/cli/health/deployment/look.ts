import type { CheckId } from '../check-list.ts';
import type { Finding } from '../finding.ts';

/** What was seen: a sentence for when nothing is wrong, and each thing that is. */
export interface Seen {
  readonly said: string;
  readonly faults: readonly string[];
}

const missingNames: ReadonlySet<string> = new Set([
  'NoSuchBucket',
  'NoSuchEntityException',
  'NotFound',
  'NotFoundException',
  'QueueDoesNotExist',
  'ResourceNotFoundException',
  'StateMachineDoesNotExist',
]);

const isMissing = (error: unknown): boolean =>
  error instanceof Error && missingNames.has(error.name);

/** Null where AWS says that there is none. */
export const orNull = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** Control characters and line ends in AWS's words would tear the table apart. */
const wordsOf = (error: unknown): string =>
  error instanceof Error
    ? `${error.name}: ${error.message}`.replaceAll(/\s+/g, ' ').trim()
    : String(error);

/** What could not be looked at fails: nothing shows that it is well. */
export const look = async (check: CheckId, work: () => Promise<Seen>): Promise<Finding> => {
  try {
    const { said, faults } = await work();
    return faults.length === 0
      ? { check, level: 'ok', message: said }
      : { check, level: 'fail', message: faults.join('; ') };
  } catch (error) {
    return {
      check,
      level: 'fail',
      message: `could not be looked at: ${wordsOf(error)}`,
      mend: 'Run it with an operator’s rights to describe what is deployed, and where AWS can be reached.',
    };
  }
};
