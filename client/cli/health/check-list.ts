/**
 * Every check of `stepkey doctor`, under the id by which scripts and docs/doctor.md know it. Ids stay as they are.
 * A check that fails makes the command end with 7, whichever it is.
 */
interface Check {
  /** With whose rights: of this machine and its login, of the operator at AWS, or on a real deployment. */
  readonly of: 'login' | 'deployment';
  readonly looksAt: string;
  /** What to do when it fails and the finding itself does not say it. */
  readonly mend: string;
}

const deployAgain = 'See what differs with cdk diff, and deploy again: cdk deploy.';

export const checkList = {
  configuration: {
    of: 'login',
    looksAt: 'the profile and the settings file',
    mend: 'Write the profile again: stepkey configure --endpoints <file>',
  },
  state: {
    of: 'login',
    looksAt: 'whether logins and cached credentials can be kept',
    mend: 'Make the directory writable for you alone, or set STEPKEY_STATE_DIR.',
  },
  broker: {
    of: 'login',
    looksAt: 'whether the API answers GET /v1/health',
    mend: 'Check that it runs, the network, and the address: stepkey configure',
  },
  clock: {
    of: 'login',
    looksAt: "this machine's clock against the broker's",
    mend: 'Set the clock, as by NTP.',
  },
  login: {
    of: 'login',
    looksAt: 'the token: whether there is one, and for how long',
    mend: 'Sign in again: stepkey login',
  },
  grant: {
    of: 'login',
    looksAt: "the broker's decision for this login and grant; nothing is minted",
    mend: 'Ask who reviews the grants.',
  },
  'aws-profile': {
    of: 'login',
    looksAt: "the AWS CLI's profile that calls stepkey credential-process",
    mend: 'Write it: stepkey configure',
  },
  'developer-login': {
    of: 'login',
    looksAt: 'with --live: whether the developer login alone is enough once the own one is linked',
    mend: 'Batch jobs for linked people will fail; deploy with -c stepkey:identityMode=developer.',
  },
  'aws-credentials': {
    of: 'deployment',
    looksAt: "the operator's AWS credentials: whether AWS takes them, and in which account",
    mend: 'Renew them (an expired session token is the usual cause), or choose others with AWS_PROFILE.',
  },
  'user-pool': {
    of: 'deployment',
    looksAt: 'the user pool and its pre token generation',
    mend: deployAgain,
  },
  'user-pool-clients': {
    of: 'deployment',
    looksAt: "every app client of the deployment's outputs",
    mend: `${deployAgain} A client that was made anew has another id: callers need it, too.`,
  },
  'identity-pool': {
    of: 'deployment',
    looksAt:
      "the identity pool, the name of its developer provider, and the people's clients in it",
    mend: deployAgain,
  },
  table: {
    of: 'deployment',
    looksAt: 'the table: its keys, stream, indexes and encryption',
    mend: `${deployAgain} A table that is gone is restored first: docs/backup.md.`,
  },
  'table-recovery': {
    of: 'deployment',
    looksAt: 'point-in-time recovery of the table',
    mend: deployAgain,
  },
  'table-expiry': {
    of: 'deployment',
    looksAt: 'the time to live of rows that are over',
    mend: deployAgain,
  },
  keys: {
    of: 'deployment',
    looksAt: 'the two KMS keys: enabled, and given new material every year',
    mend: 'Enable the key, or cancel its deletion, at once: aws kms enable-key; aws kms cancel-key-deletion.',
  },
  machines: {
    of: 'deployment',
    looksAt: 'the state machines, and that every step is logged under the key',
    mend: deployAgain,
  },
  'machine-roles': {
    of: 'deployment',
    looksAt: 'that Step Functions may take the roles of the machines',
    mend: deployAgain,
  },
  'mapped-roles': {
    of: 'deployment',
    looksAt: 'that there are roles for grants, the one of this login among them',
    mend: deployAgain,
  },
  'role-trust': {
    of: 'deployment',
    looksAt:
      'that each of these roles trusts this identity pool, developer provider and grant, and nothing else',
    mend: `${deployAgain} Until then revoke the grant if the trust is wider than it should be: stepkey revoke grant <name>.`,
  },
  'role-boundary': {
    of: 'deployment',
    looksAt: "that each has the deployment's permissions boundary",
    mend: deployAgain,
  },
  'role-denials': {
    of: 'deployment',
    looksAt: 'that the policy which denies what was revoked is attached to each',
    mend: `${deployAgain} Until then a revocation does not reach sessions of that role at AWS.`,
  },
  logs: {
    of: 'deployment',
    looksAt: 'the log groups of functions and machines: there, encrypted, and with an end',
    mend: deployAgain,
  },
  bus: {
    of: 'deployment',
    looksAt: 'the event bus',
    mend: deployAgain,
  },
  'failed-changes': {
    of: 'deployment',
    looksAt: 'the queue of changes that the ledger does not have',
    mend: 'See docs/runbook.md#failed-changes; then: stepkey events redrive',
  },
  'ledger-copy': {
    of: 'deployment',
    looksAt: 'the bucket of the copy of the ledger, and its Object Lock',
    mend: deployAgain,
  },
} as const satisfies Readonly<Record<string, Check>>;

export type CheckId = keyof typeof checkList;
