import type { ComponentChildren, JSX } from 'preact';
import type { LedgerRecord } from '../../../core/contracts/ledger-answers.ts';
import { linkTo } from '../address.ts';
import { Time } from './facts.tsx';

export const outcomeWords: Readonly<Record<LedgerRecord['outcome'], string>> = {
  minted: 'minted',
  cache: 'from cache',
  denied: 'denied',
  withdrawn: 'withdrawn',
  failed: 'failed',
};

/** A hand-out leads to its session; a refusal has none, but a page of its own. */
const sessionOrRecord = ({ id, sessionId }: LedgerRecord): readonly string[] =>
  sessionId === null ? ['issuances', id] : ['sessions', sessionId];

const columns = {
  Outcome: (record) => <Outcome record={record} />,
  Subject: ({ subject }) =>
    subject === null ? (
      <span class="quiet">not known</span>
    ) : (
      <a href={linkTo(['subjects', subject])}>{subject}</a>
    ),
  Grant: ({ grant }) => grant ?? '–',
  Client: ({ client, actor }) => (
    <span>
      {client ?? '–'}
      {actor !== null && <span class="quiet"> acting</span>}
    </span>
  ),
  'Access key': ({ accessKeyId }) =>
    accessKeyId === null ? '–' : <code class="whole">{accessKeyId}</code>,
  'Token id': ({ tokenId }) => (tokenId === null ? '–' : <code>{tokenId}</code>),
} as const satisfies Readonly<Record<string, (record: LedgerRecord) => ComponentChildren>>;

type Column = keyof typeof columns;

const allColumns: readonly Column[] = ['Outcome', 'Subject', 'Grant', 'Client', 'Access key'];

/** Hand-outs and refusals, one row each; on narrow screens one block each. */
export const RecordTable = (props: {
  readonly records: readonly LedgerRecord[];
  readonly caption: string;
  /** Beside the time, in this order; what the page says already need not be said again. */
  readonly show?: readonly Column[];
  /** Where the time leads to. */
  readonly pathOf?: (record: LedgerRecord) => readonly string[];
  /** Ids of those that came while the page was open. */
  readonly fresh?: ReadonlySet<string>;
  /** Said where there is none. */
  readonly empty?: string | undefined;
}): JSX.Element => {
  const { records, show = allColumns, pathOf = sessionOrRecord, fresh } = props;
  if (records.length === 0) {
    return <p class="empty">{props.empty ?? 'Nothing is recorded that fits.'}</p>;
  }
  return (
    <table class="records">
      <caption>{props.caption}</caption>
      <thead>
        <tr>
          {['When (UTC)', ...show].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {records.map((record) => (
          <tr key={record.id} class={fresh?.has(record.id) === true ? 'fresh' : undefined}>
            <td data-name="When">
              <a href={linkTo(pathOf(record))}>
                <Time at={record.at} />
              </a>
            </td>
            {show.map((column) => (
              <td key={column} data-name={column}>
                {columns[column](record)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
};

const Outcome = ({ record }: { readonly record: LedgerRecord }): JSX.Element => (
  <span>
    <span class={`outcome ${record.outcome}`}>
      {outcomeWords[record.outcome]}
      {record.stale ? ', stale' : ''}
    </span>
    {record.error !== null && <span class="reason"> {record.error}</span>}
  </span>
);
