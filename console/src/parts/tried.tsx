import type { JSX } from 'preact';
import type { LedgerRecord } from '../../../core/contracts/ledger-answers.ts';

type Grant = NonNullable<LedgerRecord['tried']>[number];
type Rule = Grant['rules'][number];

const wordsOf = ({ rule, effect, matched, failedCondition }: Rule): JSX.Element => (
  <>
    rule {rule} {effect === 'allow' ? 'would allow' : 'would refuse'}:{' '}
    {matched ? (
      'it holds'
    ) : (
      <>
        <code>{failedCondition}</code> does not hold
      </>
    )}
  </>
);

const whyNot = ({ clientListed, useFits }: Grant): string =>
  [...(clientListed ? [] : ['not for this client']), ...(useFits ? [] : ['not for this use'])].join(
    ', ',
  );

/** What became of each rule of a refusal; called as a function, because there may be nothing to show. */
export const Tried = ({
  tried,
  triedLeftOut,
}: Pick<LedgerRecord, 'tried' | 'triedLeftOut'>): JSX.Element | null => {
  if (tried === null) return null;
  if (tried.length === 0) return <>There is no grant of that name.</>;
  return (
    <ul class="plain-list">
      {tried.map((grant) => (
        <li key={grant.grant}>
          <strong>{grant.grant}</strong> {whyNot(grant)}
          <ul>
            {grant.rules.map((rule) => (
              <li key={rule.rule}>{wordsOf(rule)}</li>
            ))}
          </ul>
        </li>
      ))}
      {triedLeftOut > 0 && <li class="quiet">and {triedLeftOut} more grants</li>}
    </ul>
  );
};
