/** What SQS keeps. Standard queues only. */
import type { PolicyDocument } from '../../iam/policy.ts';

/** Seconds and bytes, under AWS's names. */
export interface QueueSettings {
  readonly DelaySeconds: number;
  readonly MaximumMessageSize: number;
  readonly MessageRetentionPeriod: number;
  readonly ReceiveMessageWaitTimeSeconds: number;
  readonly VisibilityTimeout: number;
}

export const defaultSettings: QueueSettings = {
  DelaySeconds: 0,
  MaximumMessageSize: 262_144,
  MessageRetentionPeriod: 345_600,
  ReceiveMessageWaitTimeSeconds: 0,
  VisibilityTimeout: 30,
};

export interface StoredQueue {
  readonly name: string;
  readonly settings: QueueSettings;
  /** Its key is asked for at each call; messages lie in the state directory as they came. */
  readonly encryption: Readonly<Record<string, string>>;
  readonly policy: PolicyDocument | null;
  readonly createdAtEpochMillis: number;
  readonly changedAtEpochMillis: number;
}

export interface MessageAttribute {
  /** `String`, `Number` or `Binary`, with a label after a dot. */
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  /** Base64. */
  readonly BinaryValue?: string | undefined;
}

export interface StoredMessage {
  readonly queue: string;
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly senderId: string;
  readonly sentAtEpochMillis: number;
  readonly visibleAtEpochMillis: number;
  readonly receiveCount: number;
  readonly firstReceivedAtEpochMillis: number | null;
  /** Of the newest receive; only its handle deletes. */
  readonly receipt: string | null;
}
