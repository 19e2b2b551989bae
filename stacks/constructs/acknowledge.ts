import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepts cdk-nag findings on a construct and everything below it, with the reason that a reviewer reads. */
export const acknowledge = (
  construct: IConstruct,
  reason: string,
  ...rules: readonly string[]
): void => {
  Validations.of(construct).acknowledge(
    ...rules.map((rule) => ({ id: `AwsSolutions-${rule}`, reason })),
  );
};

/** The same for the rules of the pack Serverless. */
export const acknowledgeServerless = (
  construct: IConstruct,
  reason: string,
  ...rules: readonly string[]
): void => {
  Validations.of(construct).acknowledge(
    ...rules.map((rule) => ({ id: `Serverless-${rule}`, reason })),
  );
};

/** The same for resources with a wildcard, each by its own finding, so that a further one is still found. */
export const acknowledgeWildcards = (
  construct: IConstruct,
  reason: string,
  resources: readonly string[],
): void => {
  const findings = resources
    .map((resource) => flattened(Stack.of(construct).resolve(resource)))
    .filter((resource) => resource.includes('*'));
  acknowledge(construct, reason, ...findings.map((resource) => `IAM5[Resource::${resource}]`));
};

/** How cdk-nag writes a resolved value in a finding: `<Logical.Attribute>` for references, `<…>` for `${…}`. */
const flattened = (value: unknown): string => {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  if (Array.isArray(value)) return value.map(flattened).join('.');
  if (typeof value !== 'object' || value === null) return '';
  const [intrinsic, argument] = Object.entries(value)[0] as [string, unknown];
  switch (intrinsic) {
    case 'Fn::Join':
      return (argument as [string, unknown[]])[1].map(flattened).join('');
    case 'Ref':
    case 'Fn::GetAtt':
      return `<${flattened(argument)}>`;
    case 'Fn::ImportValue':
      return flattened(argument);
    default:
      return JSON.stringify(value);
  }
};
