import type { JSX } from 'preact';
import type { LedgerRecord } from '../../../core/contracts/ledger-api.ts';
import { linkTo } from '../address.ts';
import { read } from '../broker.ts';
import { Execution } from '../parts/execution.tsx';
import { Code, Facts, Time } from '../parts/facts.tsx';
import { FailureNotice } from '../parts/notice.tsx';
import { useAnswer } from '../use-answer.ts';

/** One refusal: who was refused what, and, where an execution refused, through which steps. */
export const RecordPage = ({ id }: { readonly id: string }): JSX.Element => {
  const path = `issuances/${encodeURIComponent(id)}`;
  const loading = useAnswer(path, () => read<LedgerRecord>(path));
  if (loading.state === 'loading') return <p class="quiet">Loading…</p>;
  if (loading.state === 'failed') return <FailureNotice failure={loading.failure} />;
  const record = loading.answer;
  return (
    <>
      <h1>
        {record.outcome === 'denied' ? 'Refusal' : 'Record'} <span class="id">{record.id}</span>
      </h1>
      <p>
        <span class={`outcome ${record.outcome}`}>{record.outcome}</span>
        {record.error !== null && <span class="reason"> {record.error}</span>}
      </p>
      <Facts
        facts={{
          When: Time({ at: record.at }),
          Subject:
            record.subject === null ? null : (
              <a href={linkTo(['subjects', record.subject])}>{record.subject}</a>
            ),
          Client: record.client,
          'Acting for the subject': record.actor,
          'Grant asked for': record.grant,
          'Token id': record.tokenId,
          'In the chain': `shard ${String(record.chain.shard)}, place ${String(record.chain.sequence)}`,
          Hash: Code({ text: record.chain.hash }),
        }}
      />
      {record.executionArn === null ? (
        <p class="quiet">The API refused before any execution was started.</p>
      ) : (
        <Execution of={path} />
      )}
    </>
  );
};
