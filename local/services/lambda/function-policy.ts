import type { PolicyDocument, PolicyStatement } from '../../iam/policy.ts';

/** One entry of a function's own policy, as `AWS::Lambda::Permission` describes it. */
export interface FunctionPermission {
  readonly id: string;
  readonly action: string;
  /** A service (`apigateway.amazonaws.com`), an account or an ARN. */
  readonly principal: string;
  readonly sourceArn: string | null;
  readonly sourceAccount: string | null;
}

const principalOf = (principal: string): NonNullable<PolicyStatement['Principal']> =>
  principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal };

/** The policy that Lambda makes of a function's permissions. Names no resource: it belongs to one function. */
export const functionPolicy = (permissions: readonly FunctionPermission[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: permissions.map(
    ({ id, action, principal, sourceArn, sourceAccount }): PolicyStatement => ({
      Sid: id,
      Effect: 'Allow',
      Principal: principalOf(principal),
      Action: action,
      Condition: {
        ...(sourceArn === null ? {} : { ArnLike: { 'AWS:SourceArn': sourceArn } }),
        ...(sourceAccount === null ? {} : { StringEquals: { 'AWS:SourceAccount': sourceAccount } }),
      },
    }),
  ),
});
