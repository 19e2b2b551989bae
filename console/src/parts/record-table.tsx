import type { JSX } from 'preact';
import type { LedgerRecord } from '../../../core/contracts/ledger-api.ts';
import { linkTo } from '../address.ts';
import { Time } from './facts.tsx';

const outcomes: Readonly<Record<LedgerRecord['outcome'], string>> = {
  minted: 'minted',
  cache: 'from cache',
  denied: 'denied',
  withdrawn: 'withdrawn',
  failed: 'failed',
};

/** Hand-outs and refusals, one row each; on narrow screens one block each. */
export const RecordTable = (props: {
  readonly records: readonly LedgerRecord[];
  readonly caption: string;
}): JSX.Element =>
  props.records.length === 0 ? (
    <p class="quiet">Nothing is recorded that fits.</p>
  ) : (
    <table class="records">
      <caption>{props.caption}</caption>
      <thead>
        <tr>
          {['When (UTC)', 'Outcome', 'Subject', 'Grant', 'Client', 'Access key'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.records.map((record) => (
          <RecordRow key={record.id} record={record} />
        ))}
      </tbody>
    </table>
  );

/** A refusal has no session: it has a page of its own. */
const pathOf = ({ id, sessionId }: LedgerRecord): readonly string[] =>
  sessionId === null ? ['issuances', id] : ['sessions', sessionId];

const RecordRow = ({ record }: { readonly record: LedgerRecord }): JSX.Element => (
  <tr>
    <td data-name="When">
      <a href={linkTo(pathOf(record))}>
        <Time at={record.at} />
      </a>
    </td>
    <td data-name="Outcome">
      <span>
        <span class={`outcome ${record.outcome}`}>
          {outcomes[record.outcome]}
          {record.stale ? ', stale' : ''}
        </span>
        {record.error !== null && <span class="reason"> {record.error}</span>}
      </span>
    </td>
    <td data-name="Subject">
      {record.subject === null ? (
        <span class="quiet">not known</span>
      ) : (
        <a href={linkTo(['subjects', record.subject])}>{record.subject}</a>
      )}
    </td>
    <td data-name="Grant">{record.grant ?? '–'}</td>
    <td data-name="Client">
      {record.client ?? '–'}
      {record.actor !== null && <span class="quiet"> acting</span>}
    </td>
    <td data-name="Access key">
      {record.accessKeyId === null ? '–' : <code>{record.accessKeyId}</code>}
    </td>
  </tr>
);
