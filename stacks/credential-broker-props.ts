import type { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { BrokerApiFront } from './api-front.ts';
import type { BrokerNetwork } from './network.ts';
import type { UserPoolSource } from './user-pool-source.ts';

/** A role that was there before the broker. */
export interface ExistingRole {
  /** The grant that names it by `arn`. */
  readonly grant: string;
  /**
   * A role of this app gets the trust, and the policy that denies what was revoked. An imported one can get neither
   * from a template: synthesis warns, and says what to run.
   */
  readonly role: IRole;
}

/** How what events did not tell is found. */
export interface ReconciliationProps {
  /** From the beginning of one run to the next, whole minutes. Default 5. */
  readonly interval?: Duration;
  /** How many people one run asks the user pool for, two or three calls each; 1 to 1,000. Default 250. */
  readonly subjectsPerRun?: number;
  /**
   * False where tokens carry groups that the user pool does not have, given by a trigger: they would count as left.
   * Default true.
   */
  readonly comparesGroups?: boolean;
}

/** How the ledger is kept outside the table. */
export interface LedgerExportSettings {
  /** How long nobody can change or remove what was written, whole days. */
  readonly retention: Duration;
  /**
   * `compliance`: nobody at all, the account's root included, before the retention has passed.
   * `governance`: whoever has `s3:BypassGovernanceRetention` can.
   */
  readonly mode: 'governance' | 'compliance';
}

export interface CredentialBrokerProps {
  /** Pools whose tokens the broker takes; also the pools of the API's authorizer. */
  readonly userPools: readonly UserPoolSource[];
  /** An identity pool that is already there, `<region>:<uuid>`, with the developer provider below. Default: one of the broker's own. */
  readonly identityPoolId?: string;
  /** The broker's login name in the identity pool, which AWS never lets change. Default `login.stepkey`. */
  readonly developerProvider?: string;
  /** Directory of the grants: one JSON file per grant, each reviewed. Checked at synthesis. */
  readonly grantsDirectory: string;
  /** Directory of the function bundles: `<function>/index.js` and `package.json`. Default: those of the package. */
  readonly functionsDirectory?: string;
  /** Where bundles and grants are put together; by default a temporary directory. */
  readonly stagingDirectory?: string;
  /** Values of the grants' own placeholders, such as `bucket`; `partition`, `region` and `accountId` are there already. */
  readonly templateValues?: Readonly<Record<string, string>>;
  /** 1–20 of `[a-z0-9-]`: begins the names of roles, functions and log groups. Default `stepkey`. */
  readonly deploymentName?: string;
  /** `linked` (default): a person's own login and the broker's reach one identity; `developer`: the broker's identities only. */
  readonly identityMode?: 'linked' | 'developer';
  /** The Region's quota of GetOpenIdTokenForDeveloperIdentity. Default 50, as AWS gives it. */
  readonly developerIdentityCallsPerSecond?: number;
  /** The share of that quota which batches may use; the rest of it stays for people who wait. Default 30. */
  readonly batchCallsPerSecond?: number;
  /** How many STS calls in a second minting may make; the account's quota is shared with everything else in it. Default 300. */
  readonly stsCallsPerSecond?: number;
  /** How many KMS calls in a second minting may make, counted as if nothing were in memory. Default 2,000. */
  readonly kmsCallsPerSecond?: number;
  /** Client name → how many developer-identity calls in a second it may cause at most, interactive and batch together. */
  readonly clientShares?: Readonly<Record<string, number>>;
  /** Roles of this app or account that grants name by `arn`, and which the broker is to give credentials for. */
  readonly existingRoles?: readonly ExistingRole[];
  /**
   * Ids of other accounts that were prepared with `BrokerSpoke` or its template, under this broker's `deploymentName`:
   * what is revoked is denied there too. Grants name their roles by `arn`.
   */
  readonly spokeAccounts?: readonly string[];
  /** Where the functions run, and whence roles may be assumed. Default: outside of any VPC of the account's. */
  readonly network?: BrokerNetwork;
  /** Domain, endpoints and web ACL of the API. */
  readonly apiFront?: BrokerApiFront;
  /** Where manifests and reports of batches are, below `batches/<client>/`. Default a bucket of its own. */
  readonly batchBucket?: IBucket | Bucket;
  /** How many subjects of a batch are under way at a time. Default `batchCallsPerSecond`: a subject takes about a second, and more would stand in each other's way for the seconds' calls. */
  readonly batchConcurrency?: number;
  /** How long a batch may go on with what the token that started it was good for, 15 minutes to a day. Default 12 hours. */
  readonly batchWarrantDuration?: Duration;
  /** How often and how much of what is live is compared with the user pools. */
  readonly reconciliation?: ReconciliationProps;
  /** Origins of browsers that may call the API. Default none. */
  readonly corsOrigins?: readonly string[];
  /** False where the account already has a role with which API Gateway writes logs: there is one per account and Region. */
  readonly managesAccountLogRole?: boolean;
  /**
   * How long a new version of a state machine has a tenth of the executions, before it has all of them; an alarm of
   * `BrokerWatch` takes it back. Zero: it has all of them at once. Default 15 minutes.
   */
  readonly machineTrialDuration?: Duration;
  /** What becomes of table, keys and logs when the stack goes. Default RETAIN, which also protects the table against deletion. */
  readonly removalPolicy?: RemovalPolicy;
  /** How much the functions log; no level logs a secret. Default INFO. */
  readonly logLevel?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  /** Keeps a copy of the ledger where nobody can change it for a time. Null (default): no copy. */
  readonly ledgerExport?: LedgerExportSettings | null;
  /** How long functions, API and executions keep their logs. Default one year. */
  readonly logRetention?: RetentionDays;
}
