import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** What the state TakeQuota keeps within, for all executions together, in each second. */
export interface CallBudgets {
  /** GetOpenIdTokenForDeveloperIdentity, exactly; interactive requests may use all of it. */
  readonly developerIdentityCallsPerSecond: number;
  /** What batches may use of it at most. */
  readonly batchCallsPerSecond: number;
  readonly stsCallsPerSecond: number;
  readonly kmsCallsPerSecond: number;
  /** Client name → what it may use at most of the developer-identity calls, in either class. */
  readonly clientShares: Readonly<Record<string, number>>;
}

const clientName = /^[a-z][a-z0-9-]*$/;

/** The budgets as the machine's definition takes them: each is put into an expression. */
export const budgetSubstitutions = (budgets: CallBudgets): Readonly<Record<string, string>> => ({
  DeveloperIdentityCallsPerSecond: callsOf(budgets.developerIdentityCallsPerSecond, 1),
  BatchCallsPerSecond: callsOf(budgets.batchCallsPerSecond, 1),
  StsCallsPerSecond: callsOf(budgets.stsCallsPerSecond, 1),
  // What one mint is counted with: below it nothing could ever be minted.
  KmsCallsPerSecond: callsOf(budgets.kmsCallsPerSecond, 6),
  ClientShares: `{${Object.entries(budgets.clientShares)
    .map(([client, calls]) => {
      if (!clientName.test(client)) throw new Error(`clientShares: no client is called ${client}`);
      return `'${client}': ${callsOf(calls, 1)}`;
    })
    .join(', ')}}`,
});

const callsOf = (calls: number, least: number): string => {
  if (Number.isSafeInteger(calls) && calls >= least) return String(calls);
  throw new Error(`A budget must be a whole number of at least ${String(least)} calls a second.`);
};

/**
 * Two metrics from the executions' log, and an alarm on each: how much of the budget is used, and whether
 * requests were turned away for want of it.
 */
export const addBudgetAlarms = (
  scope: Construct,
  logGroup: ILogGroup,
  props: { readonly deploymentName: string; readonly budgets: CallBudgets },
): void => {
  const { deploymentName, budgets } = props;
  const metricOf = (name: string, type: string, field: string, value: string) =>
    new MetricFilter(scope, name, {
      logGroup,
      metricNamespace: `Stepkey/${deploymentName}`,
      metricName: name,
      metricValue: '1',
      unit: Unit.COUNT,
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.type', '=', type),
        FilterPattern.stringValue(field, '=', value),
      ),
    }).metric({ statistic: 'Sum', period: Duration.minutes(1) });
  // Every payment passes this state once, and every call was paid for.
  const used = metricOf(
    'DeveloperIdentityCalls',
    'WaitStateExited',
    '$.details.name',
    'AwaitPaidSecond',
  );
  const refused = metricOf(
    'QuotaExhausted',
    'ExecutionFailed',
    '$.details.error',
    'Quota.Exhausted',
  );
  const limit = Math.floor(budgets.developerIdentityCallsPerSecond * 60 * 0.8);
  new Alarm(scope, 'BudgetNearlyUsed', {
    alarmName: `${deploymentName}-developer-identity-budget`,
    alarmDescription: `More than 80 % of the budget of developer-identity calls (${String(budgets.developerIdentityCallsPerSecond)}/s) was used for three minutes. See docs/scale.md.`,
    metric: used,
    threshold: limit,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  new Alarm(scope, 'RequestsTurnedAway', {
    alarmName: `${deploymentName}-quota-exhausted`,
    alarmDescription: 'Executions ended as Quota.Exhausted for three minutes. See docs/scale.md.',
    metric: refused,
    threshold: 0,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 3,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
};
