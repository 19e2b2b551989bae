import { errorCatalogue } from '../core/errors.ts';
import { problemOf, type Problem } from '../core/problem.ts';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** docs/errors.md, from the catalogue. */
export const errorReference = (): string =>
  [
    '# Errors',
    '',
    'Generated from `core/errors.ts` by `npm run generate`.',
    '',
    'Every refusal is a problem document (RFC 9457). The name below is the `Error` of a failed execution, the',
    '`code` of a container path, and what the ledger records; several names may share one `type` and one',
    'sentence where telling them apart would help an attacker, and `Subject.Unavailable` is told as `Grant.Refused`',
    '([decision 27](adr/0027-one-refusal-about-subjects.md)). `choices` names what a caller must choose from;',
    '`faults` names each fault of a malformed request. A 503 carries `Retry-After`.',
    '',
    row(['name', 'status', 'type', 'sentence', 'try again', 'recorded as a denial']),
    row(['---', '---', '---', '---', '---', '---']),
    ...Object.entries(errorCatalogue).map(([name, { retryable, denial }]) => {
      const problem: Problem = problemOf(name as keyof typeof errorCatalogue);
      return row([
        `\`${name}\``,
        String(problem.status),
        problem.type,
        problem.detail,
        retryable ? 'yes' : 'no',
        denial ? 'yes' : 'no',
      ]);
    }),
    '',
  ].join('\n');
