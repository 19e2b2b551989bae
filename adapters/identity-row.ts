import type { RegisteredIdentity } from '../core/ports.ts';
import { readFlag, readText, type Row } from './rows.ts';

/** A subject's row may hold only what revocation wrote: then the subject has no identity yet. */
export const identityOfRow = (row: Row | undefined): RegisteredIdentity | null =>
  row?.['identityId'] === undefined
    ? null
    : { identityId: readText(row, 'identityId'), linked: readFlag(row, 'linked') };
