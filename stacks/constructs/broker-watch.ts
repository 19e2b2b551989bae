import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { alarmNameOf, alarmNames } from '../../core/metrics/alarm-names.ts';
import { alarmRows } from './alarm-rows.ts';
import { addDashboard } from './broker-dashboard.ts';
import { BrokerMetrics } from './broker-metrics.ts';

export interface BrokerWatchProps {
  /** Of the deployment that is watched, in this account and Region. */
  readonly deploymentName: string;
  /** As the broker has it: the alarm on the budget rings at 80 % of it. */
  readonly developerIdentityCallsPerSecond: number;
  /** How many refusals in five minutes are a matter of course. */
  readonly deniedPerFiveMinutes: number;
  /** Where people read docs/runbook.md; each alarm adds the name of its article. */
  readonly runbookUrl: string;
  /** An SNS topic that is told of each alarm's beginning and end; null for none. */
  readonly alarmTopicArn: string | null;
}

/** Dashboard and alarms of a deployment. It knows the deployment by its name only, and may be anywhere beside it. */
export class BrokerWatch extends Construct {
  constructor(scope: Construct, id: string, props: BrokerWatchProps) {
    super(scope, id);
    const metrics = new BrokerMetrics(this, props.deploymentName);
    const rows = alarmRows(metrics, props);
    const topic =
      props.alarmTopicArn === null ? null : Topic.fromTopicArn(this, 'Topic', props.alarmTopicArn);
    const alarms = alarmNames.map((name) => {
      const { says, metric, threshold, periods, operator } = rows[name];
      const alarm = new Alarm(this, name, {
        alarmName: alarmNameOf(props.deploymentName, name),
        alarmDescription: `${says} What to do: ${props.runbookUrl}#${name}`,
        metric,
        threshold,
        evaluationPeriods: periods,
        comparisonOperator: operator ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      if (topic !== null) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
      return alarm;
    });
    addDashboard(this, { ...props, metrics, alarms });
  }
}
