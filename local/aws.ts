/**
 * How the twin's parts speak of AWS: one in-process form of a call, whatever wire it came by.
 * The wires (local/wire) and the state machine's SDK integrations both make these calls.
 */
import type { AccessRequest, PolicyDocument } from './iam/policy.ts';

/** Who calls. `anonymous` is an unsigned call; `aws-service` is the twin itself acting as AWS would. */
export interface Principal {
  readonly kind: 'anonymous' | 'aws-service' | 'user' | 'role-session';
  /** `arn:aws:iam::…:user/…`, `arn:aws:sts::…:assumed-role/<role>/<session>`, or a service name. */
  readonly arn: string;
  readonly accountId: string;
  /** `aws:userid`: `AROA…:<session>` for role sessions. */
  readonly userId: string;
  readonly identityPolicies: readonly PolicyDocument[];
  readonly permissionsBoundary: PolicyDocument | null;
  /** Empty where the session was made without a session policy. */
  readonly sessionPolicies: readonly PolicyDocument[];
  /** Condition keys that come with the caller: `aws:PrincipalTag/…`, `aws:TokenIssueTime`, `cognito-identity.amazonaws.com:sub`, … */
  readonly conditionKeys: Readonly<Record<string, string | readonly string[]>>;
}

export interface CallContext {
  readonly principal: Principal;
  readonly requestId: string;
  readonly sourceIp: string;
}

/** AWS's answer to a call that it refuses, with the code and status of the wire. */
export class AwsError extends Error {
  /** The modelled shape name, as the SDK's `error.name` and Step Functions spell it (`ThrottlingException`). */
  readonly code: string;
  readonly statusCode: number;
  /** Further members of the modelled error, such as `Item` of a failed condition. */
  readonly members: Readonly<Record<string, unknown>>;
  /** The code on the wire where it differs from the shape name (STS: `InvalidIdentityToken`). */
  readonly wireCode: string;

  constructor(
    code: string,
    message: string,
    options: { statusCode?: number; members?: Record<string, unknown>; wireCode?: string } = {},
  ) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.statusCode = options.statusCode ?? 400;
    this.members = options.members ?? {};
    this.wireCode = options.wireCode ?? code;
  }
}

export interface Operation {
  /**
   * What the caller needs to be allowed; every request must be. `'unsigned'` where AWS takes the call
   * without a signature, `'any-principal'` where a signature is enough (GetCallerIdentity).
   */
  readonly authorize:
    ((input: Record<string, unknown>) => readonly AccessRequest[]) | 'unsigned' | 'any-principal';
  readonly run: (
    input: Record<string, unknown>,
    context: CallContext,
  ) => Promise<Record<string, unknown>>;
}

/** One emulated AWS service; operation names are AWS's PascalCase (`PutItem`). */
export interface Service {
  /** The SigV4 signing name, which is also the IAM prefix: `dynamodb`, `cognito-identity`, `states`, `sts`, `kms`, `s3`, … */
  readonly name: string;
  readonly operations: Readonly<Record<string, Operation>>;
}

/**
 * Lets a test delay or fail a call: throw an AwsError, or wait. Before the service sees it the call is never made;
 * after the service has answered, the answer is lost.
 */
export type Interceptor = (call: {
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly principal: Principal;
}) => Promise<void> | void;

/** Authorizes and runs one call. Throws AwsError as AWS would answer. An operation that is not emulated answers 501. */
export type AwsCall = (
  service: string,
  operation: string,
  input: Record<string, unknown>,
  context: CallContext,
) => Promise<Record<string, unknown>>;
