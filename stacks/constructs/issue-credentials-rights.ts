/**
 * What each Task of issue-credentials may do: CDK infers nothing from a definition given as text.
 * One statement per Task, named after its state, so that a reviewer compares the two lists line by line.
 */
export type TaskRight =
  | { readonly invoke: 'decide' | 'identity' | 'exchange' }
  | { readonly dynamodb: string; readonly partitionKeys: readonly string[] };

const subject = 'SUBJECT#*';
const session = 'SESSION#*';
const revocable = [subject, 'CLIENT#*', 'GRANT#*', 'EVERYTHING'];

export const issueCredentialsRights = {
  WarmExchange: { invoke: 'exchange' },
  ValidateToken: { invoke: 'decide' },
  ResolveSubject: { invoke: 'decide' },
  MapRole: { invoke: 'decide' },
  ResolveIdentity: { dynamodb: 'BatchGetItem', partitionKeys: revocable },
  LookUpCredentials: { dynamodb: 'GetItem', partitionKeys: [subject] },
  TakeLease: { dynamodb: 'UpdateItem', partitionKeys: [subject] },
  TakeQuota: { dynamodb: 'UpdateItem', partitionKeys: ['QUOTA#calls'] },
  RegisterIdentity: { invoke: 'identity' },
  RecordIntent: { dynamodb: 'PutItem', partitionKeys: [session] },
  ObtainOpenIdToken: { invoke: 'exchange' },
  ObtainOpenIdTokenWithLogin: { invoke: 'identity' },
  AssumeMappedRole: { invoke: 'exchange' },
  RecordSession: { dynamodb: 'UpdateItem', partitionKeys: [session] },
  RecordIssuance: { dynamodb: 'PutItem', partitionKeys: [session] },
  CacheCredentials: { dynamodb: 'UpdateItem', partitionKeys: [subject] },
  ConfirmNotRevoked: { dynamodb: 'BatchGetItem', partitionKeys: revocable },
  WithdrawEntry: { dynamodb: 'DeleteItem', partitionKeys: [subject] },
  WithdrawSession: { dynamodb: 'UpdateItem', partitionKeys: [session] },
  RecordFailure: { dynamodb: 'UpdateItem', partitionKeys: [session] },
  ReleaseLease: { dynamodb: 'UpdateItem', partitionKeys: [subject] },
  ExplainDenial: { invoke: 'decide' },
  RecordDenial: { dynamodb: 'PutItem', partitionKeys: ['DENIAL#*'] },
} as const satisfies Record<string, TaskRight>;
