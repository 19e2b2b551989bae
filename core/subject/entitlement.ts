import type { Caller } from '../contracts/caller.ts';
import { StepkeyError } from '../errors.ts';

/**
 * Demands what a token must have for this use of it. At the access door the token's own subject needs
 * `stepkey/credentials`; to name a subject needs `stepkey/act-as` and is for machines only: a person's token would let
 * one person be another. The grant's client list decides as well, later.
 * @param onBehalfOf the subject as it was named; null where none was
 * @throws Token.ScopeMissing, Actor.Refused
 */
export const requireEntitled = (presenter: Caller, onBehalfOf: string | null): void => {
  // control SEC-20
  const { tokenUse, scopes, kind } = presenter;
  if (tokenUse === 'id') {
    if (onBehalfOf !== null) throw new StepkeyError('Actor.Refused');
    return;
  }
  if (!scopes.includes(onBehalfOf === null ? 'stepkey/credentials' : 'stepkey/act-as')) {
    throw new StepkeyError('Token.ScopeMissing');
  }
  if (onBehalfOf !== null && kind !== 'machine') throw new StepkeyError('Actor.Refused');
};
