/** Every alarm of a deployment, by the name of its article in docs/runbook.md; AWS knows it as `<deployment>-<name>`. */
export const alarmNames = [
  'denials',
  'failures',
  'misconfigured',
  'hit-ratio',
  'mint-latency',
  'lease-waits',
  'stale-served',
  'entry-refused',
  'developer-identity-budget',
  'quota-exhausted',
  'upstream-errors',
  'machine-table-errors',
  'ledger-lag',
  'ledger-held',
  'ledger-unread',
  'failed-changes',
  'revocation-failed',
  'batch-failed',
  'background-errors',
] as const;

export type AlarmName = (typeof alarmNames)[number];

export const alarmNameOf = (deploymentName: string, name: AlarmName): string =>
  `${deploymentName}-${name}`;
