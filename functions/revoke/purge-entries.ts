import type { SubjectEntries } from '../../core/revocations/ports.ts';
import type { RevokeInput } from '../../core/revocations/revocation.ts';

/** Deletes the subject's cached sessions. Those of a client or grant stay and are of no use: their epochs are old. */
export const purgeEntries = async (
  ports: { readonly entries: SubjectEntries },
  { target }: RevokeInput,
): Promise<{ readonly purgedEntries: number }> => ({
  purgedEntries: await ports.entries.purge(target.name),
});
