import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { metricList, type MetricName } from '../../core/metrics/metric-list.ts';
import type { BrokerMetrics } from './broker-metrics.ts';

/** How the deployment does, on one page, from what callers notice to what lies behind it. */
export const addDashboard = (
  scope: Construct,
  props: {
    readonly deploymentName: string;
    readonly metrics: BrokerMetrics;
    readonly alarms: readonly Alarm[];
    readonly runbookUrl: string;
    readonly developerIdentityCallsPerSecond: number;
  },
): void => {
  const { metrics, deploymentName } = props;
  const rows: readonly (readonly IWidget[])[] = [
    [
      new TextWidget({
        markdown: `# ${deploymentName}\n\n${meanings()}\n\n[What to do about an alarm](${props.runbookUrl})`,
        width: 24,
        height: 6,
      }),
    ],
    [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 4 })],
    [
      graph('Issuances', [
        metrics.of('Issued', { dimensions: { source: 'cache' }, label: 'from the cache' }),
        metrics.of('Issued', { dimensions: { source: 'minted' }, label: 'minted' }),
        metrics.of('IssuedStale', { label: 'stale' }),
        metrics.of('EntryRefused', { label: 'refused entries' }),
      ]),
      graph('Hit ratio', [metrics.hitRatio(5, 0)]),
      graph('Denials by reason', [metrics.by('Denied')]),
    ],
    [
      graph('Failures by reason', [metrics.by('Failed')]),
      graph('Mint latency (ms)', [
        metrics.of('MintTime', { statistic: Stats.p(50), label: 'p50' }),
        metrics.of('MintTime', { statistic: Stats.p(99), label: 'p99' }),
      ]),
      graph('Lease waits', [
        metrics.of('LeaseWait', { statistic: Stats.SAMPLE_COUNT, label: 'how many' }),
        metrics.of('LeaseWait', { statistic: Stats.p(99), label: 'p99 (ms)' }),
      ]),
    ],
    [
      graph(
        'Quota use (developer-identity calls a minute)',
        [
          metrics.of('DeveloperIdentityCalls', { minutes: 1, label: 'paid for' }),
          metrics.of('QuotaExhausted', { minutes: 1, label: 'turned away' }),
        ],
        props.developerIdentityCallsPerSecond * 60,
      ),
      graph('Upstream errors', [
        metrics.by('UpstreamErrors'),
        metrics.of('MachineTableErrors', { label: 'table, by the machine' }),
      ]),
      graph('Ledger lag', [
        metrics.of('LedgerLag', { statistic: Stats.MAXIMUM, label: 'seconds' }),
        metrics.of('LedgerHeld', { label: 'batches held' }),
        metrics.waitingIn('failed-changes').with({ label: 'changes given up' }),
      ]),
    ],
  ];
  new Dashboard(scope, 'Dashboard', {
    dashboardName: deploymentName,
    widgets: rows.map((row) => [...row]),
  });
};

const graph = (title: string, left: readonly IMetric[], limit?: number): GraphWidget =>
  new GraphWidget({
    title,
    left: [...left],
    width: 8,
    height: 6,
    ...(limit === undefined ? {} : { leftAnnotations: [{ value: limit, label: 'budget' }] }),
  });

const meanings = (): string =>
  (Object.keys(metricList) as MetricName[])
    .map((name) => `**${name}**: ${metricList[name].means}`)
    .join(' · ');
