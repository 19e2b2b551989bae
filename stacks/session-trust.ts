/** To whom a role opens that sessions of one grant assume; the same wherever the role is. */
export interface SessionTrust {
  /** The identity pool whose OpenID tokens are taken. */
  readonly identityPoolId: string;
  readonly developerProvider: string;
  readonly grant: string;
  /** Endpoints of STS through which the role must be assumed; none for from anywhere. */
  readonly stsEndpointIds: readonly string[];
}

/**
 * What the trust policy of a mapped role says. STS refuses a role of another account whose policy does not demand `aud`, and network
 * keys hold because the broker itself calls STS.
 * @see IAM User Guide, "Using web identity federation with Amazon Cognito": trust policies, cross-account
 */
export const sessionTrustStatement = (trust: SessionTrust): object => ({
  Sid: 'BrokerSessionsOfThisGrant',
  Effect: 'Allow',
  Principal: { Federated: 'cognito-identity.amazonaws.com' },
  Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
  Condition: {
    // The pool and the grant: a token that was minted for another grant opens another role.
    StringEquals: {
      'cognito-identity.amazonaws.com:aud': trust.identityPoolId,
      'aws:RequestTag/stepkey-grant': trust.grant,
      // control SEC-60
      ...(trust.stsEndpointIds.length === 0 ? {} : { 'aws:SourceVpce': [...trust.stsEndpointIds] }),
    },
    // The developer provider: a person with the classic flow cannot go around the broker.
    'ForAnyValue:StringLike': {
      'cognito-identity.amazonaws.com:amr': trust.developerProvider,
    },
  },
});

/** The whole trust policy of a role that is there for these sessions only. */
export const sessionTrustPolicy = (trust: SessionTrust): object => ({
  Version: '2012-10-17',
  Statement: [sessionTrustStatement(trust)],
});
