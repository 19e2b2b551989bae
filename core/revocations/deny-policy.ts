import type { DenialForm, RevocationTarget } from './revocation.ts';

/** A denial that the policy must express until the sessions that it is about have ended. */
export interface Denial {
  readonly revocationId: string;
  readonly target: RevocationTarget;
  /** Sessions issued before this second are denied. */
  readonly issuedBeforeEpochSeconds: number;
  readonly neededUntilEpochSeconds: number;
}

export interface DenyPolicy {
  /** JSON, ≤ 6,144 characters. */
  readonly text: string;
  /** Sessions issued before this second are denied, whosever they are; 0 for none. */
  readonly allDeniedBeforeEpochSeconds: number;
  /** How each revocation is expressed, by its id. */
  readonly forms: ReadonlyMap<string, DenialForm>;
}

/** IAM's limit for a managed policy. @see IAM User Guide, IAM and AWS STS quotas */
export const policyLimitCharacters = 6144;

/** Before any session: a policy cannot be empty, and this denies nothing. */
const neverEpochSeconds = 0;

const dateOf = (epochSeconds: number): string =>
  new Date(epochSeconds * 1000).toISOString().replace('.000', '');

const statementOf = (
  issuedBeforeEpochSeconds: number,
  tag: { readonly key: string; readonly values: readonly string[] } | null,
): object => ({
  Effect: 'Deny',
  Action: '*',
  Resource: '*',
  Condition: {
    ...(tag === null ? {} : { StringEquals: { [`aws:PrincipalTag/${tag.key}`]: tag.values } }),
    DateLessThan: { 'aws:TokenIssueTime': dateOf(issuedBeforeEpochSeconds) },
  },
});

/** Those of one kind and one cut-off share a statement: that costs a name each, not a statement. */
const statementsOf = (denials: readonly Denial[]): readonly object[] => {
  const groups = new Map<string, { key: string; issuedBefore: number; names: Set<string> }>();
  for (const { target, issuedBeforeEpochSeconds: issuedBefore } of denials) {
    const at = `${target.kind} ${String(issuedBefore)}`;
    const group = groups.get(at) ?? {
      key: `stepkey-${target.kind}`,
      issuedBefore,
      names: new Set<string>(),
    };
    group.names.add(target.name);
    groups.set(at, group);
  }
  return [...groups.values()].map(({ key, issuedBefore, names }) =>
    statementOf(issuedBefore, { key, values: [...names].sort() }),
  );
};

const textOf = (roleWideBefore: number, tagged: readonly Denial[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [statementOf(roleWideBefore, null), ...statementsOf(tagged)],
  });

const targetOf = ({ target: { kind, name } }: Denial): string => `${kind} ${name}`;

const byCutOff = (one: Denial, other: Denial): number =>
  one.issuedBeforeEpochSeconds - other.issuedBeforeEpochSeconds ||
  (one.revocationId < other.revocationId ? -1 : 1);

/**
 * Renders the one policy that denies what was revoked, from nothing but the denials in force: the same denials give the
 * same text. Of one target the latest cut-off says it all, so that nobody fills the policy by signing out again and
 * again. Where they do not fit, the oldest become one cut-off for whole roles: its date is the least that covers
 * them, so that it reaches the fewest sessions that nobody revoked. Revoking everything is such a cut-off by itself.
 * @param denials in any order; names must be plain text, because IAM would fill in `${…}`
 */
export const renderDenyPolicy = (
  denials: readonly Denial[],
  nowEpochSeconds: number,
): DenyPolicy => {
  const inForce = denials
    .filter(({ neededUntilEpochSeconds }) => neededUntilEpochSeconds > nowEpochSeconds)
    .sort(byCutOff);
  const latestOfTarget = new Map(inForce.map((denial) => [targetOf(denial), denial]));
  const needed = inForce.filter((denial) => latestOfTarget.get(targetOf(denial)) === denial);
  const ofEverything = Math.max(
    neverEpochSeconds,
    ...needed
      .filter(({ target }) => target.kind === 'everything')
      .map(({ issuedBeforeEpochSeconds }) => issuedBeforeEpochSeconds),
  );
  const render = (overflowing: number) => {
    const roleWideBefore = Math.max(
      ofEverything,
      needed[overflowing - 1]?.issuedBeforeEpochSeconds ?? neverEpochSeconds,
    );
    const tagged = needed.filter((denial) => denial.issuedBeforeEpochSeconds > roleWideBefore);
    return { roleWideBefore, text: textOf(roleWideBefore, tagged) };
  };
  // More overflow never makes the text longer: the first that fits is found by halving.
  let [least, most] = [0, needed.length];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (render(middle).text.length <= policyLimitCharacters) most = middle;
    else least = middle + 1;
  }
  const { roleWideBefore, text } = render(least);
  return {
    text,
    allDeniedBeforeEpochSeconds: roleWideBefore,
    forms: new Map(
      inForce.map((denial) => [
        denial.revocationId,
        (latestOfTarget.get(targetOf(denial)) ?? denial).issuedBeforeEpochSeconds <= roleWideBefore
          ? 'role-wide'
          : 'statement',
      ]),
    ),
  };
};

/** What the policy says while nothing is denied; the deployment creates it with this text. */
export const emptyDenyPolicy = (): string => renderDenyPolicy([], 0).text;
