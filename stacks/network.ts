import type { ISecurityGroup, IVpc, IVpcEndpoint, SubnetSelection } from 'aws-cdk-lib/aws-ec2';

/**
 * Where the broker's functions run. From the subnets they must reach DynamoDB, KMS, STS, Step Functions (also
 * `sync-states`), Cognito user pools and identity pools, CloudWatch Logs, IAM and EventBridge: by interface and gateway
 * endpoints where AWS has them, else through a NAT.
 */
export interface BrokerNetwork {
  readonly vpc: IVpc;
  /** Default: CDK's, the private subnets. */
  readonly subnets?: SubnetSelection;
  /** Default: one for all functions, which lets nothing in. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /**
   * The interface endpoints of STS in this VPC. With them, every mapped role opens only to calls that come through one
   * of them (`aws:SourceVpce`), so that an OpenID token is of no use anywhere else.
   */
  readonly stsEndpoints?: readonly IVpcEndpoint[];
}
