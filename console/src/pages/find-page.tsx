import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { LedgerSession, LedgerSubject } from '../../../core/contracts/ledger-answers.ts';
import type { Reach } from '../../../core/contracts/reach-answer.ts';
import { linkTo } from '../address.ts';
import { BrokerFailure, read } from '../broker.ts';
import { ClueForm } from '../parts/clue-form.tsx';
import { FailureNotice, Notice } from '../parts/notice.tsx';
import { useAnswer } from '../use-answer.ts';

/** Null where there is none. */
const ifThere = async <Answer,>(path: string): Promise<Answer | null> => {
  try {
    return await read<Answer>(path);
  } catch (error) {
    if (error instanceof BrokerFailure && error.failure.status === 404) return null;
    throw error;
  }
};

/** Where an id leads: to a session, else to a record, else to a person; null to nothing. */
const findId = async (id: string): Promise<string | null> => {
  const escaped = encodeURIComponent(id);
  const session = await ifThere<LedgerSession>(`sessions/${escaped}`);
  if (session !== null) return linkTo(['sessions', id]);
  if ((await ifThere(`issuances/${escaped}`)) !== null) return linkTo(['issuances', id]);
  const subject = await ifThere<LedgerSubject>(`subjects/${escaped}`);
  return subject === null ? null : linkTo(['subjects', subject.subject]);
};

/** Grants and clients may have one name: then the grant is meant, and the filters show it. */
const findName = async (name: string): Promise<string | null> => {
  const { grants } = await read<Reach>('grants');
  if (grants.some(({ grant }) => grant === name)) return linkTo([], { grant: name });
  const isClient = grants.some(({ clients }) => clients.includes(name));
  return isClient ? linkTo([], { client: name }) : null;
};

/** Asks what a clue is that its looks do not tell, and goes there. */
export const FindPage = (props: {
  readonly id: string;
  readonly name: string | null;
}): JSX.Element => {
  const { id, name } = props;
  const clue = name ?? id;
  const found = useAnswer(`${String(name === null)} ${clue}`, () =>
    name === null ? findId(id) : findName(name),
  );
  useEffect(() => {
    // In place of this page: the way back leads to where the clue was typed.
    if (found.state === 'there' && found.answer !== null) location.replace(found.answer);
  }, [found]);
  const isLooking = found.state === 'loading' || (found.state === 'there' && found.answer !== null);
  return (
    <>
      <h1>
        Find <span class="id">{clue}</span>
      </h1>
      {isLooking && <p class="quiet">Looking…</p>}
      {found.state === 'failed' && <FailureNotice failure={found.failure} />}
      {found.state === 'there' && found.answer === null && (
        <Unknown clue={clue} isId={name === null} />
      )}
    </>
  );
};

const Unknown = (props: { readonly clue: string; readonly isId: boolean }): JSX.Element => (
  <>
    <Notice
      title={`Nothing is known of “${props.clue}”`}
      detail={
        props.isId
          ? 'It is no session, record or person of this ledger. Ids are compared exactly.'
          : 'It is no grant of this deployment, and no client that a grant takes.'
      }
    />
    <ClueForm />
  </>
);
