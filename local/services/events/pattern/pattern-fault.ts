/** A pattern that EventBridge refuses. */
import { AwsError } from '../../../aws.ts';

/** Why, and the offset behind the token where the reader stood. */
export class PatternFault extends Error {
  readonly offset: number;
  /** How often AWS's text tells the place: not at all of a CIDR block, twice of what stands in an anything-but list. */
  readonly placesTold: 0 | 1 | 2;

  constructor(reason: string, offset: number, placesTold: 0 | 1 | 2 = 1) {
    super(reason);
    this.name = 'PatternFault';
    this.offset = offset;
    this.placesTold = placesTold;
  }
}

const shownSource = (source: string): string =>
  source.length > 500
    ? `"${source.slice(0, 500)}"[truncated ${String(source.length - 500)} chars]`
    : `"${source}"`;

/** AWS's text: the reason, the source, and the line and column behind the token. */
export const invalidEventPattern = (
  source: string,
  reason: string,
  offset: number,
  placesTold: 0 | 1 | 2,
): AwsError => {
  const before = source.slice(0, offset).split('\n');
  const line = String(before.length);
  const column = String((before.at(-1) ?? '').length + 1);
  const place = `\n at [Source: (String)${shownSource(source)}; line: ${line}, column: ${column}]`;
  return new AwsError(
    'InvalidEventPatternException',
    `Event pattern is not valid. Reason: ${reason}${place.repeat(placesTold)}`,
  );
};
