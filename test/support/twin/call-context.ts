import type { CallContext } from '../../../local/aws.ts';

/** A call that the twin itself makes: no policy stands in its way. */
export const twinContext: CallContext = {
  principal: {
    kind: 'aws-service',
    arn: 'test',
    accountId: '123456789012',
    userId: 'test',
    identityPolicies: [],
    permissionsBoundary: null,
    sessionPolicies: [],
    conditionKeys: {},
  },
  requestId: '00000000-0000-4000-8000-000000000000',
  sourceIp: '127.0.0.1',
};
