import { CommandError } from './command-error.ts';
import { exitCodes } from './exit-codes.ts';

/**
 * The words of a command to run, which must stand after `--`: else its options and ours could not be told apart.
 * @param before what comes before them, for the sentence
 * @param example words for the sentence where there are none
 * @throws CommandError usage
 */
export const requireCommandWords = (
  words: readonly string[],
  before: string,
  example: string,
): void => {
  const dashes = process.argv.indexOf('--');
  if (words.length > 0 && dashes !== -1 && process.argv.length - dashes - 1 === words.length)
    return;
  throw new CommandError(
    exitCodes.usage,
    `Put -- before the command: ${before} -- ${words.length === 0 ? example : words.join(' ')}`,
  );
};
