import type { FaultAt } from '../file-faults.ts';
import { claimPrefix } from '../session/subject-values.ts';
import { isStoredAttribute } from '../subject/stored-attributes.ts';
import { placeholdersIn } from '../template.ts';
import type { Grant } from './grant.ts';

/**
 * Every fault of a grant for acting that comes from nobody being there: it may depend only on what the user pool
 * stores, because no token of the subject is at hand.
 */
export const actAsFaults = (grant: Grant): readonly FaultAt[] => {
  if (grant.use !== 'act-as') return [];
  const faults: FaultAt[] = [];
  if (grant.role.fromToken !== undefined) {
    faults.push({
      path: ['role', 'fromToken'],
      reason: 'only a token of the subject names roles, and nobody is there to present it',
    });
  }
  const demand = (path: readonly PropertyKey[], claim: string) => {
    if (!isStoredAttribute(claim)) {
      faults.push({ path, reason: `"${claim}" is no attribute that the user pool stores` });
    }
  };
  const demandIn = (path: readonly PropertyKey[], text: string) => {
    for (const name of placeholdersIn(text)) {
      if (name.startsWith(claimPrefix)) demand(path, name.slice(claimPrefix.length));
    }
  };
  for (const [index, { when }] of grant.rules.entries()) {
    for (const claim of Object.keys(when.claims ?? {})) {
      demand(['rules', index, 'when', 'claims', claim], claim);
    }
    if (when.kind === 'machine') {
      faults.push({ path: ['rules', index, 'when', 'kind'], reason: 'a subject is a person here' });
    }
  }
  for (const [index, statement] of (grant.sessionPolicy ?? []).entries()) {
    demandIn(['sessionPolicy', index], JSON.stringify(statement));
  }
  for (const [key, text] of Object.entries(grant.tags)) demandIn(['tags', key], text);
  return faults;
};
