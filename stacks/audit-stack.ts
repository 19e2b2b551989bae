import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { BrokerWatch } from './constructs/broker-watch.ts';
import type { DeploymentSettings } from './settings.ts';

export interface AuditStackProps extends StackProps {
  readonly settings: DeploymentSettings;
}

/** Who watches the broker: nothing in here is needed to issue, and the broker cannot change it. */
export class AuditStack extends Stack {
  constructor(scope: Construct, id: string, props: AuditStackProps) {
    super(scope, id, props);
    const { settings } = props;
    new BrokerWatch(this, 'Watch', {
      deploymentName: settings.deploymentName,
      developerIdentityCallsPerSecond: settings.developerIdentityCallsPerSecond,
      deniedPerFiveMinutes: settings.deniedPerFiveMinutes,
      runbookUrl: settings.runbookUrl,
      alarmTopicArn: settings.alarmTopicArn,
    });
  }
}
