import type { JSX } from 'preact';
import type { LedgerRecord } from '../../../core/contracts/ledger-answers.ts';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { Execution } from '../parts/execution.tsx';
import { Code, Facts, Pairs, Time } from '../parts/facts.tsx';
import { FailureNotice } from '../parts/notice.tsx';
import { Tried } from '../parts/tried.tsx';
import { outcomeWords } from '../parts/record-table.tsx';
import { useAnswer } from '../use-answer.ts';

/** One hand-out or refusal: who asked for what, and, where an execution answered, through which steps. */
export const RecordPage = ({ id }: { readonly id: string }): JSX.Element => {
  const path = `issuances/${encodeURIComponent(id)}`;
  const loading = useAnswer(path, () => read<LedgerRecord>(path));
  const isRefusal = loading.state === 'there' && loading.answer.outcome === 'denied';
  return (
    <>
      <h1>
        {isRefusal ? 'Refusal' : 'Record'} <span class="id">{id}</span>
      </h1>
      {loading.state === 'loading' && <p class="quiet">Loading…</p>}
      {loading.state === 'failed' && <FailureNotice failure={loading.failure} />}
      {loading.state === 'there' && <RecordView record={loading.answer} path={path} />}
    </>
  );
};

const RecordView = (props: {
  readonly record: LedgerRecord;
  readonly path: string;
}): JSX.Element => {
  const { record, path } = props;
  return (
    <>
      <p>
        <span class={`outcome ${record.outcome}`}>{outcomeWords[record.outcome]}</span>
        {record.error !== null && <span class="reason"> {record.error}</span>}
      </p>
      <Facts
        facts={{
          'When (UTC)': Time({ at: record.at }),
          Subject:
            record.subject === null ? (
              'not known: nobody was established'
            ) : (
              <a href={linkTo(['subjects', record.subject])}>{record.subject}</a>
            ),
          Client: record.client,
          'Acting for the subject': record.actor,
          Grant:
            record.rule === null
              ? record.grant
              : `${record.grant ?? ''}, rule ${String(record.rule)}`,
          'Because of': record.evidence === null ? null : <Pairs pairs={record.evidence} />,
          'Rules that were tried': Tried(record),
          'Token id': Code({ text: record.tokenId }),
          Session:
            record.sessionId === null ? null : (
              <a href={linkTo(['sessions', record.sessionId])}>{record.sessionId}</a>
            ),
          'Access key': Code({ text: record.accessKeyId }),
          'Expires (UTC)': Time({ at: record.expiresAt }),
          'In the chain': `shard ${String(record.chain.shard)}, place ${String(record.chain.sequence)}`,
          Hash: Code({ text: record.chain.hash }),
        }}
      />
      {record.executionArn === null ? (
        <p class="quiet">The API refused before any execution was started.</p>
      ) : (
        <Execution of={path} url={record.executionUrl} />
      )}
    </>
  );
};
