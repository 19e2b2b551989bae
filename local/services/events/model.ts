/** What EventBridge keeps. */
import type { PolicyStatement } from '../../iam/policy.ts';

export interface StoredBus {
  readonly name: string;
  readonly description: string | null;
  readonly createdAtEpochMillis: number;
  /** The bus's own policy, by statement id; absent where an older version of the twin wrote it. */
  readonly statements?: Readonly<Record<string, PolicyStatement>>;
}

export interface StoredTarget {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string | undefined;
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | {
        readonly InputPathsMap?: Readonly<Record<string, string>> | undefined;
        readonly InputTemplate: string;
      }
    | undefined;
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
  readonly RetryPolicy?:
    | {
        readonly MaximumRetryAttempts?: number | undefined;
        readonly MaximumEventAgeInSeconds?: number | undefined;
      }
    | undefined;
}

export type RuleState = 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';

export interface StoredRule {
  readonly name: string;
  readonly bus: string;
  readonly state: RuleState;
  readonly eventPattern: string | null;
  readonly scheduleExpression: string | null;
  readonly description: string | null;
  readonly roleArn: string | null;
  readonly targets: readonly StoredTarget[];
}

/** One event on its way to one target; kept until the target has it. */
export interface Delivery {
  readonly eventId: string;
  readonly ruleArn: string;
  readonly target: StoredTarget;
  /** JSON, as the target receives it. */
  readonly payload: string;
  readonly acceptedAtEpochMillis: number;
}
