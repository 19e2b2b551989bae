import { Duration, Stack } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  metricList,
  metricNamespace,
  serviceDimension,
  type EmittedMetric,
  type MetricName,
} from '../../core/metrics/metric-list.ts';
import { stateMachineArnOf } from './broker-machine.ts';

interface MetricOptions {
  readonly statistic?: string;
  readonly minutes?: number;
  /** Of the list; without, the metric over all its dimensions. */
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly label?: string;
}

/** The metrics of one deployment as CloudWatch has them: of the list, and what AWS's services tell of themselves. */
export class BrokerMetrics {
  readonly #scope: Construct;
  readonly #deploymentName: string;

  constructor(scope: Construct, deploymentName: string) {
    this.#scope = scope;
    this.#deploymentName = deploymentName;
  }

  of(name: MetricName, options: MetricOptions = {}): Metric {
    const { statistic = Stats.SUM, minutes = 5, dimensions = {}, label } = options;
    return new Metric({
      namespace: metricNamespace(this.#deploymentName),
      metricName: name,
      statistic,
      period: Duration.minutes(minutes),
      // What is counted in a log has no dimension at all.
      ...(metricList[name].from === 'function'
        ? { dimensionsMap: { ...serviceDimension, ...dimensions } }
        : {}),
      ...(label === undefined ? {} : { label }),
    });
  }

  /** One line for each value that occurs of the metric's dimensions. */
  by(name: EmittedMetric, minutes = 5): IMetric {
    const schema = [
      metricNamespace(this.#deploymentName),
      ...Object.keys(serviceDimension),
      ...Object.keys(metricList[name].dimensions),
    ].join(',');
    const seconds = String(minutes * 60);
    return new MathExpression({
      expression: `SEARCH('{${schema}} MetricName="${name}"', 'Sum', ${seconds})`,
      period: Duration.minutes(minutes),
      usingMetrics: {},
      label: '',
    });
  }

  /** Of a function, by the folder below functions/. */
  ofFunction(name: string, metricName: string, statistic: string = Stats.SUM): Metric {
    return new Metric({
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { FunctionName: `${this.#deploymentName}-${name}` },
      statistic,
      period: Duration.minutes(5),
    });
  }

  /** How many executions of a machine ended badly, however they did. */
  failedExecutionsOf(machine: string): IMetric {
    const StateMachineArn = stateMachineArnOf(this.#scope, `${this.#deploymentName}-${machine}`);
    const ended = (metricName: string): Metric =>
      new Metric({
        namespace: 'AWS/States',
        metricName,
        dimensionsMap: { StateMachineArn },
        statistic: Stats.SUM,
        period: Duration.minutes(5),
      });
    return new MathExpression({
      expression: 'FILL(failed, 0) + FILL(timedOut, 0)',
      usingMetrics: { failed: ended('ExecutionsFailed'), timedOut: ended('ExecutionsTimedOut') },
      period: Duration.minutes(5),
      label: machine,
    });
  }

  /** The messages that wait in a queue, the most there were. */
  waitingIn(queue: string): Metric {
    return new Metric({
      namespace: 'AWS/SQS',
      metricName: 'ApproximateNumberOfMessagesVisible',
      dimensionsMap: { QueueName: `${this.#deploymentName}-${queue}` },
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(5),
      region: Stack.of(this.#scope).region,
    });
  }

  /** Sessions from the cache of all that were handed out, 0 to 1; 1 where there were too few to tell. */
  hitRatio(minutes: number, fewest: number): IMetric {
    const issued = (source: string) => this.of('Issued', { minutes, dimensions: { source } });
    const total = '(FILL(cached, 0) + FILL(minted, 0))';
    return new MathExpression({
      expression: `IF(${total} > ${String(fewest)}, FILL(cached, 0) / ${total}, 1)`,
      usingMetrics: { cached: issued('cache'), minted: issued('minted') },
      period: Duration.minutes(minutes),
      label: 'hit ratio',
    });
  }
}

/** Counts the metrics of the list that come from a machine's log: what only the machine decides. */
export const countInExecutionLog = (
  scope: Construct,
  deploymentName: string,
  logGroup: ILogGroup,
): void => {
  const error = '$.details.error';
  const patterns = {
    // Every payment passes this state once, and every call was paid for.
    DeveloperIdentityCalls: [
      FilterPattern.stringValue('$.type', '=', 'WaitStateExited'),
      FilterPattern.stringValue('$.details.name', '=', 'AwaitPaidSecond'),
    ],
    QuotaExhausted: [
      FilterPattern.stringValue('$.type', '=', 'ExecutionFailed'),
      FilterPattern.stringValue(error, '=', 'Quota.Exhausted'),
    ],
    MachineTableErrors: [
      FilterPattern.stringValue('$.type', '=', 'TaskFailed'),
      FilterPattern.stringValue(error, '=', 'DynamoDb.*'),
      FilterPattern.stringValue(error, '!=', 'DynamoDb.ConditionalCheckFailedException'),
    ],
  } satisfies Partial<Record<MetricName, unknown>>;
  for (const [metricName, pattern] of Object.entries(patterns)) {
    new MetricFilter(scope, metricName, {
      logGroup,
      metricNamespace: metricNamespace(deploymentName),
      metricName,
      metricValue: '1',
      filterPattern: FilterPattern.all(...pattern),
    });
  }
};
