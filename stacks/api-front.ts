import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpcEndpoint } from 'aws-cdk-lib/aws-ec2';

/** A name of one's own for the API. The API's own address is switched off then. */
export interface BrokerDomain {
  readonly domainName: string;
  /** Of this Region. */
  readonly certificate: ICertificate;
}

/** How the API is reached, and what stands before it. */
export interface BrokerApiFront {
  /** A name of one's own. Default none. Not for a private API. */
  readonly domain?: BrokerDomain;
  /**
   * Makes the API private: it answers what comes through these interface endpoints of `execute-api`, and nothing else.
   * Default: it is reached from the internet.
   */
  readonly vpcEndpoints?: readonly IVpcEndpoint[];
  /** A regional web ACL of AWS WAF, which is put before the stage. Default none. */
  readonly webAclArn?: string;
}
