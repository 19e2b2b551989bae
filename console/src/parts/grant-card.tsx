import type { ComponentChildren, JSX } from 'preact';
import type { Reach } from '../../../core/contracts/reach-answer.ts';
import { linkTo } from '../address.ts';

type GrantReach = Reach['grants'][number];

/** One grant: who gets it, through which clients, and what it opens. */
export const GrantCard = (props: {
  readonly grant: GrantReach;
  /** Of an object, what is said of its own. */
  readonly children?: ComponentChildren;
}): JSX.Element => {
  const { grant } = props;
  const isActing = grant.use === 'act-as';
  return (
    <section class="card" aria-labelledby={`grant-${grant.grant}`}>
      <h2 id={`grant-${grant.grant}`}>{grant.grant}</h2>
      <p>{grant.description}</p>
      {props.children}
      <dl class="facts">
        <div>
          <dt>{isActing ? 'Acting clients' : 'Clients'}</dt>
          <dd>{grant.clients.join(', ')}</dd>
        </div>
        <div>
          <dt>{isActing ? 'For whom' : 'Who'}</dt>
          <dd>
            <ol>
              {grant.who.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ol>
          </dd>
        </div>
        <Lines name={grant.roles.length === 1 ? 'Role' : 'Roles'} lines={grant.roles} />
        <Lines name="May do" lines={grant.actions} />
        {grant.narrowedTo !== null && (
          <Lines name="Each session no more than" lines={grant.narrowedTo} />
        )}
      </dl>
      <p>
        <a href={linkTo([], { grant: grant.grant })}>Issuances of {grant.grant}</a>
      </p>
    </section>
  );
};

const Lines = (props: { readonly name: string; readonly lines: readonly string[] }) => (
  <div>
    <dt>{props.name}</dt>
    <dd>
      {props.lines.map((line) => (
        <code key={line} class="block">
          {line}
        </code>
      ))}
    </dd>
  </div>
);
