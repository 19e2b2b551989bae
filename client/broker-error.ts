/**
 * What a caller can do about a failure:
 * `not-accepted` get a new token · `denied` nothing: the broker considered it and says no · `invalid` mend the request ·
 * `unavailable` the same request may succeed later · `unexpected` whatever answered is not this broker.
 */
export type BrokerErrorKind = 'not-accepted' | 'denied' | 'invalid' | 'unavailable' | 'unexpected';

/**
 * A request that brought nothing. The message is the broker's own sentence where it gave one; no token and no
 * credentials are in it or in any field.
 */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly kind: BrokerErrorKind;
  /** HTTP status; null when nothing answered. */
  readonly status: number | null;
  /** The problem's `type`, as docs/errors.md lists it; null where the answer was no problem document. */
  readonly problemType: string | null;
  /** The broker's id of the request, under which its ledger and log have it; null when unknown. */
  readonly requestId: string | null;
  /** What the caller must choose from: grants or role ARNs; else empty. */
  readonly choices: readonly string[];
  /** Each fault of a malformed request; else empty. */
  readonly faults: readonly string[];
  /** `Retry-After`; null when the answer had none. */
  readonly retryAfterSeconds: number | null;
  /** An SDK's chain must not go on to credentials of somebody else. @see @smithy/property-provider */
  readonly tryNextLink = false;

  constructor(
    kind: BrokerErrorKind,
    message: string,
    details: {
      readonly status?: number | null;
      readonly problemType?: string | null;
      readonly requestId?: string | null;
      readonly choices?: readonly string[];
      readonly faults?: readonly string[];
      readonly retryAfterSeconds?: number | null;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message);
    this.kind = kind;
    this.status = details.status ?? null;
    this.problemType = details.problemType ?? null;
    this.requestId = details.requestId ?? null;
    this.choices = details.choices ?? [];
    this.faults = details.faults ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
    // Not enumerable: a logger prints every enumerable field, and a cause may carry the request.
    if (details.cause !== undefined) {
      Object.defineProperty(this, 'cause', { value: details.cause, enumerable: false });
    }
  }
}
