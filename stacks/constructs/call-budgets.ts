/** What the state TakeQuota keeps within, for all executions together, in each second. */
export interface CallBudgets {
  /** GetOpenIdTokenForDeveloperIdentity, exactly; interactive requests may use all of it. */
  readonly developerIdentityCallsPerSecond: number;
  /** What batches may use of it at most. */
  readonly batchCallsPerSecond: number;
  readonly stsCallsPerSecond: number;
  readonly kmsCallsPerSecond: number;
  /** Client name → what it may use at most of the developer-identity calls, in either class. */
  readonly clientShares: Readonly<Record<string, number>>;
}

const clientName = /^[a-z][a-z0-9-]*$/;

/** The budgets as the machine's definition takes them: each is put into an expression. */
export const budgetSubstitutions = (budgets: CallBudgets): Readonly<Record<string, string>> => ({
  DeveloperIdentityCallsPerSecond: callsOf(budgets.developerIdentityCallsPerSecond, 1),
  BatchCallsPerSecond: callsOf(budgets.batchCallsPerSecond, 1),
  StsCallsPerSecond: callsOf(budgets.stsCallsPerSecond, 1),
  // What one mint is counted with: below it nothing could ever be minted.
  KmsCallsPerSecond: callsOf(budgets.kmsCallsPerSecond, 6),
  ClientShares: `{${Object.entries(budgets.clientShares)
    .map(([client, calls]) => {
      if (!clientName.test(client)) throw new Error(`clientShares: no client is called ${client}`);
      return `'${client}': ${callsOf(calls, 1)}`;
    })
    .join(', ')}}`,
});

const callsOf = (calls: number, least: number): string => {
  if (Number.isSafeInteger(calls) && calls >= least) return String(calls);
  throw new Error(`A budget must be a whole number of at least ${String(least)} calls a second.`);
};
