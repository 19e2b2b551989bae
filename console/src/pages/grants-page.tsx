import type { JSX } from 'preact';
import type { Reach } from '../../../core/contracts/reach-answer.ts';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { fieldOf } from '../form-field.ts';
import { GrantCard } from '../parts/grant-card.tsx';
import { FailureNotice } from '../parts/notice.tsx';
import { useAnswer } from '../use-answer.ts';

/** Every grant: who gets it, through which clients, and what it opens. */
export const GrantsPage = (): JSX.Element => {
  const reach = useAnswer('grants', () => read<Reach>('grants'));
  return (
    <>
      <h1>Who can get what</h1>
      <form
        class="clue"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          const object = fieldOf(new FormData(event.currentTarget), 'object');
          if (object !== '') location.hash = linkTo(['objects'], { object });
        }}
      >
        <label>
          Who can get to this object of S3?
          <input name="object" placeholder="s3://bucket/key, or the key" spellcheck={false} />
        </label>
        <button type="submit">Show</button>
      </form>
      {reach.state === 'loading' && <p class="quiet">Loading…</p>}
      {reach.state === 'failed' && <FailureNotice failure={reach.failure} />}
      {reach.state === 'there' && <Summary reach={reach.answer} />}
      {reach.state === 'there' &&
        reach.answer.grants.map((grant) => <GrantCard key={grant.grant} grant={grant} />)}
    </>
  );
};

/** All grants at a glance; each row leads to the whole of it below. */
const Summary = ({ reach }: { readonly reach: Reach }): JSX.Element =>
  reach.grants.length === 0 ? (
    <p class="empty">There is no grant: nobody can get anything.</p>
  ) : (
    <table class="records">
      <caption>{`${String(reach.grants.length)} grants`}</caption>
      <thead>
        <tr>
          {['Grant', 'Who', 'Through', 'Roles'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {reach.grants.map((grant) => (
          <tr key={grant.grant}>
            <td data-name="Grant">
              <button
                type="button"
                class="plain"
                onClick={() => {
                  document.getElementById(`grant-${grant.grant}`)?.scrollIntoView();
                }}
              >
                {grant.grant}
              </button>
            </td>
            <td data-name="Who">{grant.who.join(' ')}</td>
            <td data-name="Through">
              {grant.use === 'act-as'
                ? `${grant.clients.join(', ')}, acting`
                : grant.clients.join(', ')}
            </td>
            <td data-name="Roles">
              {grant.roles.map((role) => role.replace(/^.*\//, '')).join(', ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
