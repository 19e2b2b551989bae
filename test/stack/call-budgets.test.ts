import { describe, expect, it } from '@jest/globals';
import { budgetSubstitutions } from '../../stacks/constructs/call-budgets.ts';
import { synthesizeStepkey } from './stepkey-templates.ts';

const { broker } = synthesizeStepkey();
const budgets = {
  developerIdentityCallsPerSecond: 50,
  batchCallsPerSecond: 30,
  stsCallsPerSecond: 300,
  kmsCallsPerSecond: 2000,
  clientShares: { batch: 20, 'nightly-2': 5 },
};

describe('the budgets of calls', () => {
  it('reach the machine as numbers, and shares by client', () => {
    expect(budgetSubstitutions(budgets)).toEqual({
      DeveloperIdentityCallsPerSecond: '50',
      BatchCallsPerSecond: '30',
      StsCallsPerSecond: '300',
      KmsCallsPerSecond: '2000',
      ClientShares: "{'batch': 20, 'nightly-2': 5}",
    });
  });

  it.each([
    ['a budget of nothing', { batchCallsPerSecond: 0 }],
    ['a part of a call', { developerIdentityCallsPerSecond: 2.5 }],
    ['less KMS than one mint takes', { kmsCallsPerSecond: 5 }],
    ['a share of nothing', { clientShares: { batch: 0 } }],
    ['a client that would end the expression', { clientShares: { "b': 1}": 5 } }],
  ])('refuse %s', (_, changes) => {
    expect(() => budgetSubstitutions({ ...budgets, ...changes })).toThrow(/budget|clientShares/);
  });

  it('are watched: calls that were paid for, and requests that were turned away', () => {
    broker.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ ($.type = "WaitStateExited") && ($.details.name = "AwaitPaidSecond") }',
      MetricTransformations: [
        { MetricName: 'DeveloperIdentityCalls', MetricNamespace: 'Stepkey/stepkey' },
      ],
    });
    broker.hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ ($.type = "ExecutionFailed") && ($.details.error = "Quota.Exhausted") }',
      MetricTransformations: [{ MetricName: 'QuotaExhausted' }],
    });
  });
});
