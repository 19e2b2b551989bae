import type { Caller } from '../../core/contracts/caller.ts';
import type { Grant } from '../../core/grants/grant.ts';
import { refusalBasisOf } from '../../core/grants/refusal.ts';

export interface ExplainDenialInput {
  readonly kind: 'credentials' | 'identity';
  /** As far as it was established: `-` stands for a subject that was not. */
  readonly caller: Caller | { readonly subject: '-' };
  readonly grant: string | null;
}

/**
 * What a refusal rests on, as the record keeps it.
 * @returns JSON of `RefusalBasis`; `-` where no grant was asked
 */
export const explainDenial = (
  grants: readonly Grant[],
  { kind, caller, grant }: ExplainDenialInput,
): { readonly basis: string } => ({
  basis:
    kind === 'identity' || !isEstablished(caller)
      ? '-'
      : JSON.stringify(refusalBasisOf(caller, grant, grants)),
});

const isEstablished = (caller: ExplainDenialInput['caller']): caller is Caller =>
  caller.subject !== '-';
