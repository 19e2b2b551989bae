import {
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib';
import type { AlarmName } from '../../core/metrics/alarm-names.ts';
import type { BrokerMetrics } from './broker-metrics.ts';

export interface AlarmRow {
  /** What is wrong when it rings. */
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Greater than the threshold, unless this says below. */
  readonly operator?: ComparisonOperator;
  /** So many periods in a row. */
  readonly periods: number;
}

/** What runs without anybody waiting for its answer, who would notice. */
const backgroundFunctions = ['publish', 'revoke', 'archive', 'pre-token-generation'];

/** When each alarm rings. No data is no alarm: at night nobody asks. */
export const alarmRows = (
  metrics: BrokerMetrics,
  limits: {
    readonly developerIdentityCallsPerSecond: number;
    readonly deniedPerFiveMinutes: number;
  },
): Readonly<Record<AlarmName, AlarmRow>> => ({
  denials: {
    says: `More than ${String(limits.deniedPerFiveMinutes)} requests were refused in five minutes.`,
    metric: metrics.of('Denied'),
    threshold: limits.deniedPerFiveMinutes,
    periods: 1,
  },
  failures: {
    says: 'Requests end in errors that are no refusals.',
    metric: metrics.of('Failed'),
    threshold: 5,
    periods: 2,
  },
  misconfigured: {
    says: 'AWS refuses calls that the deployment should allow.',
    metric: metrics.of('Failed', { dimensions: { reason: 'Upstream.Misconfigured' } }),
    threshold: 0,
    periods: 1,
  },
  'hit-ratio': {
    says: 'Fewer than half of the sessions come from the cache.',
    metric: metrics.hitRatio(15, 100),
    threshold: 0.5,
    operator: ComparisonOperator.LESS_THAN_THRESHOLD,
    periods: 4,
  },
  'mint-latency': {
    says: 'One mint in a hundred takes longer than five seconds.',
    metric: metrics.of('MintTime', { statistic: Stats.p(99) }),
    threshold: 5000,
    periods: 3,
  },
  'lease-waits': {
    says: 'One wait in a hundred for another’s mint takes longer than five seconds.',
    metric: metrics.of('LeaseWait', { statistic: Stats.p(99) }),
    threshold: 5000,
    periods: 3,
  },
  'stale-served': {
    says: 'Sessions with little life left are handed out, because none can be minted.',
    metric: metrics.of('IssuedStale'),
    threshold: 0,
    periods: 1,
  },
  'entry-refused': {
    says: 'Entries of the cache do not open, or are not what their rows say.',
    metric: metrics.of('EntryRefused'),
    threshold: 0,
    periods: 1,
  },
  'developer-identity-budget': {
    says: `More than 80 % of the budget of developer-identity calls (${String(limits.developerIdentityCallsPerSecond)}/s) is used.`,
    metric: metrics.of('DeveloperIdentityCalls', { minutes: 1 }),
    threshold: Math.floor(limits.developerIdentityCallsPerSecond * 60 * 0.8),
    periods: 3,
  },
  'quota-exhausted': {
    says: 'Executions end as Quota.Exhausted.',
    metric: metrics.of('QuotaExhausted', { minutes: 1 }),
    threshold: 0,
    periods: 3,
  },
  'upstream-errors': {
    says: 'Calls of AWS services fail after all their attempts.',
    metric: metrics.of('UpstreamErrors'),
    threshold: 10,
    periods: 2,
  },
  'machine-table-errors': {
    says: 'The state machine’s own calls of the table fail.',
    metric: metrics.of('MachineTableErrors'),
    threshold: 5,
    periods: 2,
  },
  'ledger-lag': {
    says: 'The ledger has changes more than five minutes after they were made.',
    metric: metrics.of('LedgerLag', { statistic: Stats.MAXIMUM, minutes: 1 }),
    threshold: 300,
    periods: 3,
  },
  'ledger-held': {
    says: 'The ledger cannot take a batch of changes to its end.',
    metric: metrics.of('LedgerHeld'),
    threshold: 0,
    periods: 3,
  },
  'ledger-unread': {
    says: 'Changes lie in the table’s stream for more than ten minutes and nobody reads them.',
    metric: metrics.ofFunction('publish', 'IteratorAge', Stats.MAXIMUM),
    threshold: 600_000,
    periods: 2,
  },
  'failed-changes': {
    says: 'Changes were given up: the ledger does not have them.',
    metric: metrics.waitingIn('failed-changes'),
    threshold: 0,
    periods: 1,
  },
  'revocation-failed': {
    says: 'A revocation was not carried out to its end.',
    metric: metrics.failedExecutionsOf('revoke'),
    threshold: 0,
    periods: 1,
  },
  'batch-failed': {
    says: 'A batch ended without its report.',
    metric: metrics.failedExecutionsOf('issue-batch'),
    threshold: 0,
    periods: 1,
  },
  'background-errors': {
    says: 'Functions that nobody waits for fail.',
    metric: new MathExpression({
      expression: backgroundFunctions.map((_, index) => `FILL(m${String(index)}, 0)`).join(' + '),
      usingMetrics: Object.fromEntries(
        backgroundFunctions.map((name, index) => [
          `m${String(index)}`,
          metrics.ofFunction(name, 'Errors'),
        ]),
      ),
      period: Duration.minutes(5),
      label: 'errors',
    }),
    threshold: 3,
    periods: 2,
  },
});
