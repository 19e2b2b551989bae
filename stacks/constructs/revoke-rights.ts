/** What each Task of revoke may do, named after its state, in the order of the definition. */
export type RevokeRight =
  | { readonly invoke: 'revoke' }
  | { readonly dynamodb: 'UpdateItem'; readonly partitionKeys: readonly string[] };

const own = { dynamodb: 'UpdateItem', partitionKeys: ['REVOCATION#*'] } as const;
const task = { invoke: 'revoke' } as const;

export const revokeRights = {
  RaiseEpoch: task,
  RecordRefusal: own,
  PurgeEntries: task,
  RecordPurge: own,
  DenySessions: task,
  RecordDeniedSessions: own,
  RecordInForce: own,
  LiftDenial: task,
  RecordLift: own,
  RestoreTarget: task,
  LiftRestoredDenial: task,
  RecordRestored: own,
  RecordRevocationFailure: own,
} as const satisfies Record<string, RevokeRight>;
