import { describe, expect, it } from '@jest/globals';
import { executionUrlOf } from '../../../../core/ledger/execution-url.ts';

const arnOf = (partition: string, region: string) =>
  `arn:${partition}:states:${region}:123456789012:express:stepkey-issue-credentials:0193-a:0193-b`;

describe('the link to an execution in AWS’s console', () => {
  it.each([
    ['aws', 'eu-central-1', 'eu-central-1.console.aws.amazon.com'],
    ['aws-cn', 'cn-north-1', 'cn-north-1.console.amazonaws.cn'],
    ['aws-us-gov', 'us-gov-west-1', 'us-gov-west-1.console.amazonaws-us-gov.com'],
  ])('is of the partition %s', (partition, region, host) => {
    const arn = arnOf(partition, region);
    const url = new URL(executionUrlOf(arn, 1_795_262_400) ?? '');
    expect(url.host).toBe(host);
    expect(url.searchParams.get('region')).toBe(region);
    expect(url.hash).toBe(`#/express-executions/details/${arn}?startDate=1795262400000`);
  });

  it.each([
    '',
    '-',
    'javascript:alert(1)',
    arnOf('aws-iso', 'us-iso-east-1'),
    arnOf('aws', 'evil.example/#'),
    `${arnOf('aws', 'us-east-1')}?x=1`,
    `${arnOf('aws', 'us-east-1')}\n`,
    'arn:aws:states:us-east-1:123456789012:execution:machine:name',
  ])('is none for %j', (arn) => {
    expect(executionUrlOf(arn, 1_795_262_400)).toBeNull();
  });
});
