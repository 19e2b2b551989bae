/**
 * The one catalogue of what can go wrong. The error class, the state machine's `Error`, the HTTP
 * problem and docs/errors.md all derive from this table; text that a caller sees is written only here, which makes it long.
 */
interface CatalogueRow {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 500 | 502 | 503;
  /** Last segment of the problem's `type`; several names may share one where telling them apart would help an attacker. */
  readonly type: string;
  readonly title: string;
  /** The sentence a caller reads. Constant: no value of the request or of the deployment is in it. */
  readonly detail: string;
  /** Whether the same request may succeed later: decides `Retry-After` and the machine's retries. */
  readonly retryable: boolean;
  /** Whether it is the broker's considered "no", which the ledger records as a denial. */
  readonly denial: boolean;
}

const row = (
  status: CatalogueRow['status'],
  type: string,
  title: string,
  detail: string,
  kind: 'plain' | 'denial' | 'retryable' = 'plain',
): CatalogueRow => ({
  status,
  type,
  title,
  detail,
  retryable: kind === 'retryable',
  denial: kind === 'denial',
});

const tokenRejected = [
  'token-rejected',
  'The token was not accepted',
  'The presented token is missing, malformed, expired or not meant for this broker.',
] as const;

const grantRefused = [
  'grant-refused',
  'The grant was refused',
  'No such grant is available to this caller.',
] as const;

export const errorCatalogue = {
  'Request.Malformed': row(
    400,
    'request-malformed',
    'The request is malformed',
    'The request does not have the documented shape.',
  ),
  'Request.NotFound': row(404, 'not-found', 'Not found', 'There is nothing at this path.'),
  'Request.MethodNotAllowed': row(
    405,
    'method-not-allowed',
    'Method not allowed',
    'This path does not answer this method.',
  ),
  'Request.TooLarge': row(
    413,
    'request-too-large',
    'The request is too large',
    'The request body may be at most 16 KiB and the token at most 8 KiB.',
  ),
  'Request.UnsupportedMediaType': row(
    415,
    'unsupported-media-type',
    'Unsupported media type',
    'The request body must be application/json.',
  ),
  'Request.KeyReused': row(
    422,
    'idempotency-key-reused',
    'The Idempotency-Key was used before',
    'Another request was made with the same Idempotency-Key; use a new key for a new request.',
  ),
  'Token.Invalid': row(401, ...tokenRejected, 'denial'),
  'Token.Expired': row(401, ...tokenRejected, 'denial'),
  'Token.ScopeMissing': row(
    403,
    'scope-missing',
    'A scope is missing',
    'The access token does not have a scope that this path asks for.',
    'denial',
  ),
  'Actor.Refused': row(
    403,
    'actor-refused',
    'Nobody may be named',
    'Only a machine with its own token may name a subject.',
    'denial',
  ),
  // Told as a grant that was refused (`toldNameOf`): who exists is not told.
  'Subject.Unavailable': row(403, ...grantRefused, 'denial'),
  'Grant.Refused': row(403, ...grantRefused, 'denial'),
  'Grant.Ambiguous': row(
    409,
    'grant-ambiguous',
    'Several grants apply',
    'Name one of the grants that apply.',
    'denial',
  ),
  'Role.NotMapped': row(
    403,
    'role-unavailable',
    'The role is not available',
    'The grant does not give this role to this caller.',
    'denial',
  ),
  'Role.Ambiguous': row(
    409,
    'role-ambiguous',
    'Several roles apply',
    'Name one of the roles that apply.',
    'denial',
  ),
  'Session.ValueRefused': row(
    403,
    'value-refused',
    'A value may not be used in a session',
    'A verified value has characters that a session policy or tag may not carry.',
    'denial',
  ),
  'Session.PolicyTooLarge': row(
    422,
    'policy-too-large',
    'The session policy is too large',
    'The session policy for this caller exceeds what AWS accepts.',
    'denial',
  ),
  'Session.InProgress': row(
    503,
    'try-later',
    'Try again shortly',
    'The same credentials are being obtained by another request.',
    'retryable',
  ),
  'Session.DeniedAhead': row(
    503,
    'try-later',
    'Try again shortly',
    'So much was revoked at once that AWS denies every session issued now. That is over within three minutes.',
    'retryable',
  ),
  'Subject.Revoked': row(
    403,
    'revoked',
    'Access was revoked',
    'Access for this subject, client or grant was revoked.',
    'denial',
  ),
  'Revocation.WriterBusy': row(
    503,
    'try-later',
    'Try again shortly',
    'Another revocation is being written.',
    'retryable',
  ),
  'Identity.Conflict': row(
    409,
    'identity-conflict',
    'The identity is in conflict',
    'The person is known under more than one identity. An operator can mend that: stepkey identity adopt.',
    'denial',
  ),
  'Identity.LoginRequired': row(
    409,
    'login-required',
    'A sign-in is required',
    "The identity pool asks for the person's own sign-in beside the broker's.",
    'denial',
  ),
  'Quota.Exhausted': row(
    503,
    'try-later',
    'Try again shortly',
    'The budget of calls to the identity pool is spent for this second.',
    'retryable',
  ),
  'Quota.Elapsed': row(
    503,
    'try-later',
    'Try again shortly',
    'A call to the identity pool came too late for the second that it was counted in.',
    'retryable',
  ),
  'Batch.NotResumable': row(
    409,
    'not-resumable',
    'The batch cannot be resumed',
    'The batch is still running, or every subject in it has its answer.',
  ),
  'Batch.ManifestRefused': row(
    403,
    'manifest-refused',
    'The manifest may not be read',
    "Manifests lie below the client's own prefix, batches/<client>/.",
  ),
  'Batch.ManifestMissing': row(
    404,
    'manifest-missing',
    'The manifest is not there',
    'There is no object under the key of the manifest.',
  ),
  'Batch.ManifestInvalid': row(
    422,
    'manifest-invalid',
    'The manifest is malformed',
    'A manifest is CSV with a column subject, or has a JSON object with a subject in each line.',
  ),
  'Upstream.Throttled': row(
    503,
    'try-later',
    'Try again shortly',
    'AWS is limiting the rate of calls.',
    'retryable',
  ),
  'Upstream.Unavailable': row(
    503,
    'try-later',
    'Try again shortly',
    'A service that the broker depends on did not answer in time.',
    'retryable',
  ),
  'Upstream.Misconfigured': row(
    502,
    'upstream-misconfigured',
    'The broker is set up wrongly',
    'AWS refused a call that the deployment should allow; an operator must mend it.',
  ),
  'Sealing.Failed': row(
    500,
    'internal',
    'Internal error',
    'The broker could not complete the request.',
  ),
  'Config.Invalid': row(
    500,
    'internal',
    'Internal error',
    'The broker could not complete the request.',
  ),
} as const satisfies Record<string, CatalogueRow>;

export type ErrorName = keyof typeof errorCatalogue;

export const isErrorName = (name: string): name is ErrorName => Object.hasOwn(errorCatalogue, name);

/**
 * A refusal or failure of the catalogue. `name` is a literal, because Lambda hands it to Step Functions
 * and a minified bundle renames classes. The message is the public sentence: it reaches logs and the
 * execution history, so no token, claim value, key or policy text may be added to it.
 */
export class StepkeyError extends Error {
  override readonly name: ErrorName;
  /** What the caller must choose from: grant names for `Grant.Ambiguous`, role ARNs for `Role.Ambiguous`. */
  readonly choices: readonly string[] | undefined;
  /** For `Request.Malformed` and `Config.Invalid`: each place and what is wrong there, without the value. */
  readonly faults: readonly string[] | undefined;
  /** Whether the ledger has this refusal already, because the execution that refused wrote it. */
  readonly isRecorded: boolean;

  constructor(
    name: ErrorName,
    options: {
      cause?: unknown;
      choices?: readonly string[];
      faults?: readonly string[];
      isRecorded?: boolean;
    } = {},
  ) {
    super(errorCatalogue[name].detail);
    this.name = name;
    this.choices = options.choices;
    this.faults = options.faults;
    this.isRecorded = options.isRecorded ?? false;
    // Not enumerable: the Lambda runtime and the logger print every enumerable field.
    if (options.cause !== undefined) {
      Object.defineProperty(this, 'cause', { value: options.cause, enumerable: false });
    }
  }
}
