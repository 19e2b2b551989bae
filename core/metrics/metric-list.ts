/**
 * Every metric of a deployment, in one list: what the functions emit, what is counted in the executions' log, and what
 * dashboard and alarms are made of. A dimension is a set of words that stands here in full, so that nothing about who
 * asked, for what or with which token can become one.
 */
import { errorCatalogue, isErrorName, type ErrorName } from '../errors.ts';

type Unit = 'Count' | 'Milliseconds' | 'Seconds';

interface MetricRow {
  readonly unit: Unit;
  /** `function`: written into a function's log as EMF; `execution-log`: a metric filter counts it in a machine's log. */
  readonly from: 'function' | 'execution-log';
  /** For the dashboard and docs/runbook.md. */
  readonly means: string;
  /** Dimension → all its values. Beside the sum for each combination there is one over all of them. */
  readonly dimensions: Readonly<Record<string, readonly string[]>>;
}

const errorNames = Object.keys(errorCatalogue).filter(isErrorName);
const isDenial = (name: ErrorName): boolean => errorCatalogue[name].denial;

/** AWS services as the functions' clients name them. */
const upstreams = [
  'dynamodb',
  'events',
  'kms',
  'cognito-identity',
  'cognito-idp',
  'iam',
  'sts',
  's3',
  'logs',
  'sqs',
  'states',
] as const;

export const metricList = {
  Issued: {
    unit: 'Count',
    from: 'function',
    means: 'sessions handed out, just minted or from the cache',
    dimensions: { source: ['minted', 'cache'] },
  },
  IssuedStale: {
    unit: 'Count',
    from: 'function',
    means: 'sessions handed out with less life than asked for, because none could be minted',
    dimensions: {},
  },
  EntryRefused: {
    unit: 'Count',
    from: 'function',
    means:
      'entries of the cache that did not open, or were not what their row said; another session was minted',
    dimensions: {},
  },
  Denied: {
    unit: 'Count',
    from: 'function',
    means: 'requests that were refused, by the name of the refusal',
    dimensions: { reason: errorNames.filter(isDenial) },
  },
  Failed: {
    unit: 'Count',
    from: 'function',
    means: 'requests that ended in an error which is no refusal, by its name',
    dimensions: { reason: errorNames.filter((name) => !isDenial(name)) },
  },
  LeaseWait: {
    unit: 'Milliseconds',
    from: 'function',
    means: 'how long a request waited for a session that another request was minting',
    dimensions: {},
  },
  MintTime: {
    unit: 'Milliseconds',
    from: 'function',
    means: 'how long the machine took to mint a session, as its caller saw it',
    dimensions: {},
  },
  UpstreamErrors: {
    unit: 'Count',
    from: 'function',
    means: 'calls of an AWS service that were limited, not answered or not allowed, after retries',
    dimensions: { upstream: upstreams, kind: ['throttled', 'unavailable', 'refused'] },
  },
  LedgerLag: {
    unit: 'Seconds',
    from: 'function',
    means: 'how long ago the oldest change of a batch was made when the ledger had it',
    dimensions: {},
  },
  LedgerHeld: {
    unit: 'Count',
    from: 'function',
    means: 'batches of changes that the ledger could not take to their end and will get again',
    dimensions: {},
  },
  DeveloperIdentityCalls: {
    unit: 'Count',
    from: 'execution-log',
    means: 'calls to the identity pool that were paid for',
    dimensions: {},
  },
  QuotaExhausted: {
    unit: 'Count',
    from: 'execution-log',
    means: 'executions that ended because the budget of calls was spent',
    dimensions: {},
  },
  MachineTableErrors: {
    unit: 'Count',
    from: 'execution-log',
    means: 'calls of the table by the machine itself that failed, refused conditions left out',
    dimensions: {},
  },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metricList;

/** What a function may emit; the others are counted in logs. */
export type EmittedMetric = {
  [Name in MetricName]: (typeof metricList)[Name]['from'] extends 'function' ? Name : never;
}[MetricName];

export type DimensionsOf<Name extends MetricName> = {
  readonly [Dimension in keyof (typeof metricList)[Name]['dimensions']]: Extract<
    (typeof metricList)[Name]['dimensions'][Dimension],
    readonly string[]
  >[number];
};

export type Upstream = (typeof upstreams)[number];

/** CloudWatch's namespace for a deployment's metrics. */
export const metricNamespace = (deploymentName: string): string => `Stepkey/${deploymentName}`;

/** The dimension that Powertools gives every metric of a function. */
export const serviceDimension = { service: 'stepkey' } as const;
