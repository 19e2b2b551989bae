import type { JSX } from 'preact';
import type { Reach } from '../../../core/contracts/ledger-api.ts';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { FailureNotice } from '../parts/notice.tsx';
import { useAnswer } from '../use-answer.ts';

/** Every grant: who gets it, through which clients, and what it opens. */
export const GrantsPage = (): JSX.Element => {
  const reach = useAnswer('grants', () => read<Reach>('grants'));
  return (
    <>
      <h1>Who can get what</h1>
      {reach.state === 'loading' && <p class="quiet">Loading…</p>}
      {reach.state === 'failed' && <FailureNotice failure={reach.failure} />}
      {reach.state === 'there' &&
        reach.answer.grants.map((grant) => (
          <section key={grant.grant} class="card" aria-labelledby={`grant-${grant.grant}`}>
            <h2 id={`grant-${grant.grant}`}>{grant.grant}</h2>
            <p>{grant.description}</p>
            <dl class="facts">
              <div>
                <dt>{grant.use === 'act-as' ? 'Acting clients' : 'Clients'}</dt>
                <dd>{grant.clients.join(', ')}</dd>
              </div>
              <div>
                <dt>{grant.use === 'act-as' ? 'For whom' : 'Who'}</dt>
                <dd>
                  <ol>
                    {grant.who.map((sentence) => (
                      <li key={sentence}>{sentence}</li>
                    ))}
                  </ol>
                </dd>
              </div>
              <div>
                <dt>Roles</dt>
                <dd>
                  {grant.roles.map((role) => (
                    <code key={role} class="block">
                      {role}
                    </code>
                  ))}
                </dd>
              </div>
              <div>
                <dt>May do</dt>
                <dd>
                  {grant.actions.map((action) => (
                    <code key={action} class="block">
                      {action}
                    </code>
                  ))}
                </dd>
              </div>
              {grant.narrowedTo !== null && (
                <div>
                  <dt>Each session no more than</dt>
                  <dd>
                    {grant.narrowedTo.map((action) => (
                      <code key={action} class="block">
                        {action}
                      </code>
                    ))}
                  </dd>
                </div>
              )}
            </dl>
            <p>
              <a href={linkTo([], { grant: grant.grant })}>Its issuances</a>
            </p>
          </section>
        ))}
    </>
  );
};
