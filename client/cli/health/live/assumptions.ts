/**
 * Everything that docs/twin.md calls _assumed_: what the twin does and nobody here has seen AWS do. `stepkey doctor --live`
 * shows each on a real deployment. A test holds this list equal to the document's.
 */
interface Assumption {
  readonly sentence: string;
  /** How it is shown: what is done, and what must come of it. */
  readonly shownBy: string;
}

export const assumptions = {
  'machine-token-claims': {
    sentence:
      'a `client_credentials` token has `sub` = `client_id`, `token_use` `access`, `scope`, `version` 2, `iss`, `exp`, `iat`, `auth_time` and `jti`, and nothing of a person',
    shownBy: 'a token for the client `batch`, read',
  },
  'srp-answer-once': {
    sentence: 'the answer to a `PASSWORD_VERIFIER` challenge serves once',
    shownBy: 'the same answer, given twice by somebody made for it',
  },
  'reset-refuses-tokens': {
    sentence:
      'while a password must be reset, refreshing and calls with an access token are refused: `PasswordResetRequiredException`',
    shownBy: 'both, by somebody made for it whose password was reset',
  },
  'raw-token': {
    sentence: "the API's authorizer takes a token with `Bearer` and without",
    shownBy: '`GET /v1/identity`, both ways, by somebody made for it',
  },
  'developer-login-alone': {
    sentence: "a developer login alone is enough after the person's own login was linked",
    shownBy: 'both logins linked in an identity pool made for it, then a token by one',
  },
  'custom-role-refused': {
    sentence: '`CustomRoleArn` without a mapping by token is refused',
    shownBy: '`GetCredentialsForIdentity` with one, in that pool',
  },
  'absent-claim-never-matches': {
    sentence: 'a mapping rule about a claim that is absent never holds, not even `NotEqual`',
    shownBy: 'such a rule, and credentials that are refused',
  },
  'list-claim-with-commas': {
    sentence: 'a mapping rule compares a list with commas between its items',
    shownBy: 'somebody in two groups, and a rule that names them so',
  },
  'developer-tags-in-session': {
    sentence: "a developer's principal tags reach the session of the enhanced flow",
    shownBy: 'a role that may do one thing with the tag only, and does it',
  },
  'classic-flow-off': {
    sentence:
      "STS takes a developer's OpenID token of a pool whose classic flow is off, calls its `Provider` `cognito-identity.amazonaws.com`, and gives more than an hour where the role allows it",
    shownBy: '`AssumeRoleWithWebIdentity` for 7,200 seconds with a token of that pool',
  },
  'packed-policy': {
    sentence:
      'a session policy of 1,900 characters that do not compress is `PackedPolicyTooLarge`, one of a few statements is far below',
    shownBy: 'both, with a role made for it',
  },
  'session-token-length': {
    sentence:
      'with ten tags and a session policy of 1,000 characters a session token is below 4,096 characters',
    shownBy: 'such a session, measured',
  },
  'tags-without-leave': {
    sentence:
      'a token with tags for a role that does not allow `sts:TagSession` is refused as every other: `AccessDenied`, `Not authorized to perform sts:AssumeRoleWithWebIdentity`',
    shownBy: 'a role that takes tokens without tags, and the same with tags',
  },
  'key-asked-at-start': {
    sentence:
      'a machine with a customer-managed key that its role may not use is made, and does not start: `KmsAccessDeniedException`',
    shownBy: "an Express machine under the deployment's key with a role that may do nothing",
  },
  'sts-not-integrated': {
    sentence: 'Step Functions refuses `aws-sdk:sts:assumeRoleWithWebIdentity` in a definition',
    shownBy: '`ValidateStateMachineDefinition`',
  },
  'same-input-as-json': {
    sentence:
      '`StartExecution` compares inputs as JSON: other white space under the same name is the same execution',
    shownBy: 'two starts of a machine that waits',
  },
  'stop-after-end': {
    sentence:
      '`StopExecution` of an execution that has ended answers with its end and changes nothing',
    shownBy: 'one that has succeeded, stopped',
  },
  'stopped-state-unsaid': {
    sentence:
      'the history of a stopped execution ends with `ExecutionAborted`, without a `…StateAborted` of the state',
    shownBy: 'one that waits, stopped, and its history',
  },
  'map-run-begins-empty': {
    sentence:
      'a distributed Map over a list in S3 has `MapStateStarted` with the length 0, then `MapRunStarted`, and `MapRunSucceeded` before `MapStateSucceeded`',
    shownBy: "a Map over two items in the deployment's bucket, and its history",
  },
  'map-result-members': {
    sentence:
      'a result that `ResultWriter` keeps has `ExecutionArn`, `Input`, `Name`, `Output`, `StartDate`, `StateMachineArn`, `Status` and `StopDate`',
    shownBy: 'the file `SUCCEEDED_0.json` of that Map',
  },
  'dates-as-texts': {
    sentence: 'SDK integrations give dates as ISO 8601 texts',
    shownBy: '`TestState` of `aws-sdk:sfn:describeStateMachine`',
  },
  'sign-out-told': {
    sentence:
      'CloudTrail tells of `GlobalSignOut` and `RevokeToken`, which carry no signature, with the `sub` in `additionalEventData`',
    shownBy:
      'both by somebody made for it, and a rule on the default bus (up to 15 minutes; needs a trail)',
  },
  'tokens-hidden': {
    sentence:
      'tokens in the `requestParameters` of those events are `HIDDEN_DUE_TO_SECURITY_REASONS`',
    shownBy: 'the same two events',
  },
  'bus-with-rules': {
    sentence: 'deleting a bus that has rules is refused',
    shownBy: 'a bus with a rule, made for it',
  },
  'unknown-target': {
    sentence: 'removing a target id that a rule does not have succeeds',
    shownBy: 'the same rule',
  },
  'unknown-bus': {
    sentence: 'an entry for a bus that does not exist is accepted',
    shownBy: '`PutEvents` for such a bus',
  },
  'path-finds-nothing': {
    sentence:
      'an `InputPath` that finds nothing gives `null`; in a template its variable is an empty text',
    shownBy: 'two rules with such targets, and what a machine got',
  },
  'json-in-quotes': {
    sentence:
      'an object inside the quotes of an input template stands there with its quotes escaped',
    shownBy: 'a third such target',
  },
  'newest-version-first': {
    sentence: '`ListPolicyVersions` lists the newest version first',
    shownBy: 'the versions of the policy that denies what was revoked',
  },
} as const satisfies Readonly<Record<string, Assumption>>;

export type AssumptionId = keyof typeof assumptions;
