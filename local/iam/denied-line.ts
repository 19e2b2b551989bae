/** What the twin's log says of a refusal: the statement that decided, or which kind of policy had none. */
import type { Verdict } from './evaluate.ts';

export const deniedLine = (
  { action, resource }: { readonly action: string; readonly resource: string },
  who: string,
  { reason }: Pick<Verdict, 'reason'>,
): string =>
  // Quoted, so that a line break in a key cannot forge a line of the log.
  `denied ${action} on ${JSON.stringify(resource)} for ${who}: ${reason}`;
