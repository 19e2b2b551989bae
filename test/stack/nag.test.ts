import { Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from '@jest/globals';
import { createApp, synthesizeStepkey } from './stepkey-templates.ts';

const { app } = synthesizeStepkey();

interface AcknowledgedRule {
  readonly rule: string;
  readonly reason: unknown;
}

const acknowledged = (): readonly AcknowledgedRule[] =>
  app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, unknown>))
      .map(([rule, reason]) => ({ rule, reason })),
  );

describe('cdk-nag’s rules', () => {
  it.each([
    ['AWS Solutions', new AwsSolutionsChecks()],
    ['Serverless', new ServerlessChecks()],
  ])('%s find nothing in the stacks that was not acknowledged', (_, checks) => {
    expect(checks.validateScope(app).violations).toEqual([]);
  });

  it('are applied: an open bucket is found', () => {
    const other = createApp();
    new Bucket(new Stack(other, 'Other'), 'Open');
    const { violations } = new AwsSolutionsChecks().validateScope(other);
    expect(violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-S10');
  });

  it('are acknowledged one by one, each with a sentence', () => {
    expect(acknowledged().length).toBeGreaterThan(0);
    for (const { rule, reason } of acknowledged()) {
      expect(rule).toMatch(/AwsSolutions-[A-Z]+\d+(\[.+\])?$|Serverless-\w+$/);
      expect(JSON.stringify(reason)).toMatch(/[A-Z].{20,}\./);
    }
  });
});
