/**
 * What each Task of issue-batch may do, one statement per Task, as for issue-credentials. The two Maps have the same
 * Tasks, which share their statements.
 */
export type BatchTaskRight =
  | { readonly invoke: 'batches' }
  | { readonly startSync: 'issue-credentials' }
  | { readonly dynamodb: string };

export const issueBatchRights = {
  CountSubjects: { invoke: 'batches' },
  ReadOutcome: { dynamodb: 'GetItem' },
  IssueCredentials: { startSync: 'issue-credentials' },
  RecordOutcome: { dynamodb: 'PutItem' },
  CountOutcome: { dynamodb: 'UpdateItem' },
  CloseBatch: { invoke: 'batches' },
} as const satisfies Record<string, BatchTaskRight>;
