import { describe, expect, it } from '@jest/globals';
import { alarmNameOf, alarmNames } from '../../../../core/metrics/alarm-names.ts';
import {
  metricList,
  metricNamespace,
  serviceDimension,
} from '../../../../core/metrics/metric-list.ts';

// Operators have these in their own dashboards and paging rules.
describe('the names that operators know', () => {
  it('are these alarms, each with the deployment before it', () => {
    expect(alarmNames).toEqual([
      ...['denials', 'failures', 'misconfigured', 'hit-ratio', 'mint-latency', 'lease-waits'],
      ...['stale-served', 'entry-refused', 'developer-identity-budget', 'quota-exhausted'],
      ...['upstream-errors', 'machine-table-errors', 'ledger-lag', 'ledger-held', 'ledger-unread'],
      ...['failed-changes', 'revocation-failed', 'batch-failed', 'background-errors'],
    ]);
    expect(alarmNameOf('stepkey', 'ledger-lag')).toBe('stepkey-ledger-lag');
  });

  it('are these metrics, in these units, from functions or from the log of executions', () => {
    const rows = Object.entries(metricList).map(([name, { unit, from }]) => [name, unit, from]);
    expect(rows).toEqual([
      ['Issued', 'Count', 'function'],
      ['IssuedStale', 'Count', 'function'],
      ['EntryRefused', 'Count', 'function'],
      ['Denied', 'Count', 'function'],
      ['Failed', 'Count', 'function'],
      ['LeaseWait', 'Milliseconds', 'function'],
      ['MintTime', 'Milliseconds', 'function'],
      ['UpstreamErrors', 'Count', 'function'],
      ['LedgerLag', 'Seconds', 'function'],
      ['LedgerHeld', 'Count', 'function'],
      ['DeveloperIdentityCalls', 'Count', 'execution-log'],
      ['QuotaExhausted', 'Count', 'execution-log'],
      ['MachineTableErrors', 'Count', 'execution-log'],
    ]);
    expect(metricNamespace('stepkey')).toBe('Stepkey/stepkey');
    expect(serviceDimension).toEqual({ service: 'stepkey' });
  });

  it('are these words of dimensions, beside the names of errors', () => {
    expect(metricList.Issued.dimensions).toEqual({ source: ['minted', 'cache'] });
    expect(metricList.UpstreamErrors.dimensions).toEqual({
      upstream: [
        ...['dynamodb', 'events', 'kms', 'cognito-identity', 'cognito-idp', 'iam', 'sts', 's3'],
        ...['logs', 'sqs', 'states'],
      ],
      kind: ['throttled', 'unavailable', 'refused'],
    });
  });

  it.each(Object.entries(metricList))('%s says what it means', (_, { means }) => {
    expect(means).toMatch(/^[a-z].{20,}$/);
  });

  it('tell every error once: as a refusal or as a failure', () => {
    const [refusals, failures] = [
      metricList.Denied.dimensions.reason,
      metricList.Failed.dimensions.reason,
    ];
    expect(refusals).toContain('Grant.Refused');
    expect(failures).toContain('Upstream.Throttled');
    expect(refusals.filter((name) => failures.includes(name))).toEqual([]);
  });
});
