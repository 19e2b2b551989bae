/** A failure with a name that Retry and Catch can match: the machine's own, a task's, or AWS's `States.…`. */
export class AslError extends Error {
  /** What `ErrorEquals` is compared with. */
  readonly error: string;
  override readonly cause: string;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = 'AslError';
    this.error = error;
    this.cause = cause;
  }
}

/** An expression that failed, and the field that holds it: history tells it as an event of its own. */
export class EvaluationError extends AslError {
  readonly location: string;

  constructor(cause: string, location: string) {
    super('States.QueryEvaluationError', cause);
    this.name = 'EvaluationError';
    this.location = location;
  }
}

/** Ends a state from outside: the execution was stopped or timed out, or another branch failed. */
export class Interrupted extends Error {
  readonly by: 'timeout' | 'abort' | 'branch';
  /** What StopExecution was given. */
  readonly details: StopDetails;

  constructor(by: 'timeout' | 'abort' | 'branch', details: StopDetails = {}) {
    super(`Interrupted by ${by}`);
    this.name = 'Interrupted';
    this.by = by;
    this.details = details;
  }
}

export interface StopDetails {
  readonly error?: string;
  readonly cause?: string;
}

/** As the reason of an execution's abort signal: history and outcome repeat its details. */
export class Stopped extends Error {
  readonly details: StopDetails;

  constructor(details: StopDetails) {
    super('Stopped');
    this.name = 'Stopped';
    this.details = details;
  }
}
