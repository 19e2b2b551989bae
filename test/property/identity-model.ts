/** What becomes of one person's identities, written down without the broker: who comes, and what each gets. */

/** `half-…`: the function dies between the identity pool and the registry. `adopt`: an operator does. */
export const arrivalKinds = [
  ...(['app', 'person', 'job', 'half-person', 'half-job', 'adopt'] as const),
];
export type ArrivalKind = (typeof arrivalKinds)[number];

/** Identities by number, in the order in which they came to be. */
export interface Standing {
  readonly made: number;
  /** Whose the person's own login is. */
  readonly personal: number | null;
  /** Whose the broker's login is. */
  readonly developer: number | null;
  readonly awaitsLogin: boolean;
}

export const nobodyYet: Standing = {
  made: 0,
  personal: null,
  developer: null,
  awaitsLogin: false,
};

/** An identity's number, the name of a refusal, `died` or `done`. */
export type Outcome = number | 'Identity.Conflict' | 'Identity.LoginRequired' | 'died' | 'done';

const withPersonal = (before: Standing): Standing & { readonly personal: number } => ({
  ...before,
  made: before.personal === null ? before.made + 1 : before.made,
  personal: before.personal ?? before.made,
});

const withDeveloper = (before: Standing): Standing & { readonly developer: number } => ({
  ...before,
  made: before.developer === null ? before.made + 1 : before.made,
  developer: before.developer ?? before.made,
});

/** Both logins on one identity, made only where neither has one; null where each has its own. */
const linked = (before: Standing): (Standing & { readonly developer: number }) | null => {
  const { personal, developer, made } = before;
  if (personal !== null && developer !== null && personal !== developer) return null;
  const identity = personal ?? developer ?? made;
  return {
    ...before,
    made: identity === made ? made + 1 : made,
    personal: identity,
    developer: identity,
  };
};

export const arrive = (before: Standing, who: ArrivalKind): readonly [Standing, Outcome] => {
  switch (who) {
    case 'app': {
      const after = withPersonal(before);
      return [after, after.personal];
    }
    case 'job':
    case 'half-job': {
      if (before.awaitsLogin) return [before, 'Identity.LoginRequired'];
      const after = withDeveloper(before);
      return [after, who === 'job' ? after.developer : 'died'];
    }
    case 'person':
    case 'half-person': {
      const after = linked(before);
      if (after === null) return [before, 'Identity.Conflict'];
      if (who === 'half-person') return [after, 'died'];
      return [{ ...after, awaitsLogin: false }, after.developer];
    }
    case 'adopt':
      return [{ ...before, developer: null, awaitsLogin: true }, 'done'];
  }
};
