import { StepkeyError } from '../../core/errors.ts';

/** A place in the list, as callers hand it back. It says nothing that the list does not. */
const place = /^\d{13}#[0-9a-f-]{36}$/;

export const writeCursor = (before: string): string =>
  Buffer.from(before, 'utf8').toString('base64url');

/** @throws Request.Malformed for what is no cursor of ours */
export const readCursor = (cursor: string | null): string | null => {
  if (cursor === null) return null;
  const before = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!place.test(before)) {
    throw new StepkeyError('Request.Malformed', { faults: ['cursor: was not given by this list'] });
  }
  return before;
};
