import type { JSX } from 'preact';
import type { LedgerRecord } from '../../../core/contracts/ledger-answers.ts';
import type { Reach } from '../../../core/contracts/reach-answer.ts';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { GrantCard } from '../parts/grant-card.tsx';
import { FailureNotice, Notice } from '../parts/notice.tsx';
import { RecordTable } from '../parts/record-table.tsx';
import { useAnswer } from '../use-answer.ts';

type GrantReach = Reach['grants'][number];

/** Of each grant so many: its list has the rest. */
const recordsPerGrant = '20';

const filtersOf = ({ grant, onlyIdentityId }: GrantReach) => ({
  grant,
  ...(onlyIdentityId === null ? {} : { identityId: onlyIdentityId }),
});

const readHandOuts = async (grants: readonly GrantReach[]): Promise<readonly LedgerRecord[]> => {
  const pages = await Promise.all(
    grants.map((grant) =>
      read<{ records: readonly LedgerRecord[] }>('issuances', {
        ...filtersOf(grant),
        limit: recordsPerGrant,
      }),
    ),
  );
  return pages
    .flatMap(({ records }) => records)
    .filter(({ outcome }) => outcome === 'minted' || outcome === 'cache')
    .sort((left, right) => (left.at < right.at ? 1 : -1));
};

/** From an object of S3 to who can get to it, and who was given credentials that could. */
export const ObjectPage = ({ object }: { readonly object: string }): JSX.Element => {
  const reach = useAnswer(object, () => read<Reach>('grants', { object }));
  return (
    <>
      <h1>
        Object <span class="id">{object}</span>
      </h1>
      {reach.state === 'loading' && <p class="quiet">Looking…</p>}
      {reach.state === 'failed' && <FailureNotice failure={reach.failure} />}
      {reach.state === 'there' && <Ways object={object} grants={reach.answer.grants} />}
    </>
  );
};

const Ways = (props: {
  readonly object: string;
  readonly grants: readonly GrantReach[];
}): JSX.Element => {
  const { object, grants } = props;
  const handOuts = useAnswer(`${object} ${String(grants.length)}`, () => readHandOuts(grants));
  if (grants.length === 0) {
    return (
      <Notice
        title="No grant leads to this object"
        detail="By the grants of this deployment nobody gets credentials that reach it. Whoever did reach it came another way: CloudTrail’s data events name the key."
      />
    );
  }
  return (
    <>
      <h2>Who was given credentials that could</h2>
      {handOuts.state === 'loading' && <p class="quiet">Looking…</p>}
      {handOuts.state === 'failed' && <FailureNotice failure={handOuts.failure} />}
      {handOuts.state === 'there' && (
        <RecordTable
          records={handOuts.answer}
          caption={`The last ${recordsPerGrant} of each grant, newest first`}
          empty="Nobody: no such credentials were ever handed out."
        />
      )}
      <p class="quiet">
        What was done with them, CloudTrail’s data events say: each names an access key id, which is
        a clue here.
      </p>
      <h2>Who can</h2>
      {grants.map((grant) => (
        <GrantCard key={grant.grant} grant={grant}>
          {grant.onlyIdentityId !== null && (
            <p>
              Here only the identity{' '}
              <a href={linkTo([], filtersOf(grant))}>
                <code>{grant.onlyIdentityId}</code>
              </a>
              , whose own this is.
            </p>
          )}
        </GrantCard>
      ))}
    </>
  );
};
