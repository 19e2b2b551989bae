import { readFileSync } from 'node:fs';

/** A moment of an execution of issue-credentials. */
export interface Boundary {
  readonly state: string;
  readonly when: 'enter' | 'exit';
}

/** Who mints: the person, or a job on the person's behalf, which alone passes ResolveSubject. */
export type Minter = 'person' | 'job';

export interface BoundaryOfMint extends Boundary {
  readonly minter: Minter;
}

const definition = new URL('../../statemachines/issue-credentials.asl.json', import.meta.url);
const { States } = JSON.parse(readFileSync(definition, 'utf8')) as { States: object };

/** Those that a cold mint does not pass: refusals, failures, and what only other requests need. */
const besideTheMint = [
  'WarmExchange',
  'IsLoginAtHand',
  'ObtainOpenIdTokenWithLogin',
  'InProgress',
  'IdentityResolved',
  'IsLaterSecondOpen',
  'IsIntentRecorded',
  'IsQuotaAttemptLeft',
  'WithdrawEntry',
  'WithdrawSession',
  'RecordFailure',
  'ReleaseLease',
  'IsDenial',
  'ExplainDenial',
  'RecordDenial',
  'Denied',
  'Failed',
];

/** Passed only by somebody who has no identity yet. */
const ofNewcomers = ['RegisterIdentity', 'IsIdentityAsked'];

/** In the order of the machine's text, which is that of the mint but for the registration. */
const statesOfMint = (isNewcomer: boolean): readonly string[] =>
  Object.keys(States).filter(
    (name) => !besideTheMint.includes(name) && (isNewcomer || !ofNewcomers.includes(name)),
  );

/**
 * Every boundary of both mints. What lies between two states is both the exit of one and the entry of the next: the
 * person's mint is paused where it enters, the job's where it leaves; the end has no way out.
 */
export const boundariesOfMint = (isNewcomer: boolean): readonly BoundaryOfMint[] => [
  ...statesOfMint(isNewcomer)
    .filter((state) => state !== 'ResolveSubject')
    .map((state) => ({ state, when: 'enter' as const, minter: 'person' as const })),
  ...statesOfMint(isNewcomer)
    .filter((state) => state !== 'Issued')
    .map((state) => ({ state, when: 'exit' as const, minter: 'job' as const })),
];

/** Whether there is a session already that somebody could have listened for. */
export const isMintedAt = ({ state }: Boundary): boolean => {
  const states = statesOfMint(false);
  return states.indexOf(state) > states.indexOf('AssumeMappedRole');
};

export const titleOf = ({ state, when, minter }: BoundaryOfMint): string =>
  `a ${minter}’s mint on ${when} of ${state}`;
