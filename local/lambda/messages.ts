/** What the twin and a function's process say to each other. Both ends are ours; no message is kept. */

/** As Lambda reports a failed invocation. */
export interface InvocationError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export interface InvokeMessage {
  readonly type: 'invoke';
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineEpochMillis: number;
  /** JSON text, as the Invoke call had it. */
  readonly payload: string;
}

/** The function's clock is to run ahead of the machine's, as a test of expiry wants it. */
export interface ClockMessage {
  readonly type: 'clock';
  readonly aheadMillis: number;
}

export type RuntimeMessage =
  | { readonly type: 'loaded' }
  /** The module could not be loaded: every invocation of this process fails with it. */
  | { readonly type: 'load-failed'; readonly error: InvocationError }
  | { readonly type: 'clock-set' }
  | { readonly type: 'result'; readonly requestId: string; readonly payload: string }
  | { readonly type: 'failed'; readonly requestId: string; readonly error: InvocationError };
