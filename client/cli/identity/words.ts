/** What is found and what will be, in an operator's words. */
import type { Plan } from '../../../core/identity/mending.ts';
import type { Findings, Standing } from '../../../core/identity/standing.ts';

export const prefixOf = (identityId: string): string => `private/${identityId}/`;

export const adviceOf = (standing: Standing, { subject }: Findings): string => {
  switch (standing) {
    case 'unknown':
      return 'Neither the registry nor the identity pool knows it; its first request registers it.';
    case 'linked':
      return "They agree: one identity, with the broker's login and the person's own.";
    case 'developer-only':
      return `They agree on an identity without the person's own login. If the person meets Identity.Conflict, run: stepkey identity adopt ${subject}`;
    case 'registry-differs':
      return `The registry does not say what the pool says. Run: stepkey identity link ${subject}`;
    case 'pool-differs':
      return `The registry names an identity that the broker's login does not lead to. To leave it to the person's next sign-in, run: stepkey identity adopt ${subject}`;
    case 'awaits-login':
      return "It is adopted: the person's next request at the broker, with an ID token, links it. Until then jobs are refused.";
    case 'half-adopted':
      return `An adoption did not come to its end. Run again: stepkey identity adopt ${subject}`;
  }
};

const nothingWords: Readonly<Record<Extract<Plan, { kind: 'nothing' }>['why'], string>> = {
  unknown: 'There is nothing to change: neither the registry nor the identity pool knows it.',
  'in-order': 'There is nothing to change: the registry says what the identity pool says.',
  'awaits-login':
    "It is adopted already: the person's next request at the broker, with an ID token, links it.",
  'one-identity': 'There is nothing to change: it is one identity already.',
};

const refusalWords: Readonly<Record<Extract<Plan, { kind: 'refused' }>['why'], string>> = {
  'pool-differs':
    "The identity pool does not know the broker's login of this subject, so there is nothing to correct the registry to. See: stepkey identity adopt",
  'not-in-pool': 'The identity pool does not know both subjects; nothing is to be merged.',
  'own-logins-of-both':
    'Both have a login of the same user pool, so that they are two people to the identity pool; it does not merge them.',
  'same-subject': 'Both are the same subject.',
};

export const reasonWords = (plan: Exclude<Plan, { kind: 'change' }>): string =>
  plan.kind === 'nothing' ? nothingWords[plan.why] : refusalWords[plan.why];

/** What the operator is asked to agree to. */
export const planLines = (
  plan: Extract<Plan, { kind: 'change' }>,
  subjects: readonly string[],
): readonly string[] => [
  ...subjects.map((subject) =>
    plan.stays === null
      ? `${subject} gets the identity of the person's own login at the person's next request; until then jobs are refused.`
      : `${subject} has ${plan.stays} (${prefixOf(plan.stays)}) from now on.`,
  ),
  ...(plan.leftBehind === null
    ? []
    : [
        `Left behind: ${plan.leftBehind}, with what lies below ${prefixOf(plan.leftBehind)}; move it if it is needed.`,
        'Sessions of it that were issued before last until they end; to end them now: stepkey revoke subject',
      ]),
  ...(plan.others.length === 0 ? [] : [`Concerned as well: ${plan.others.join(', ')}`]),
];
