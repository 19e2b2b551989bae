/** AssumeRoleWithWebIdentity: the token is the caller's proof, so the call carries no signature. */
import type { JWK } from 'jose';

import type { Operation } from '../../aws.ts';
import { evaluateTrust } from '../../iam/evaluate.ts';
import type { KeyRecord } from '../../iam/condition-keys.ts';
import { accessDenied } from './errors.ts';
import { requiredText, roleArnRule, sessionNameRule, tokenRule } from './parameters.ts';
import {
  answerOf,
  readSessionRequest,
  refuseLongerThanRoleAllows,
  sessionFacts,
} from './session-request.ts';
import type { StsDependencies } from './session-request.ts';
import { requestTagKeys } from './session-tags.ts';
import { identityPoolProvider, verifyWebIdentityToken } from './web-identity.ts';
import type { WebIdentity } from './web-identity.ts';

const identityKeys = (identity: WebIdentity): KeyRecord => ({
  'aws:FederatedProvider': identityPoolProvider,
  [`${identityPoolProvider}:aud`]: identity.audience,
  [`${identityPoolProvider}:sub`]: identity.subject,
  [`${identityPoolProvider}:amr`]: identity.authenticationMethods,
});

export const assumeRoleWithWebIdentity = (
  deps: StsDependencies & {
    readonly identityPoolKeys: () => Promise<readonly JWK[]>;
    readonly log: (line: string) => void;
  },
): Operation => ({
  authorize: 'unsigned',
  run: async (input, context) => {
    const roleArn = requiredText(input, 'RoleArn', roleArnRule);
    const sessionName = requiredText(input, 'RoleSessionName', sessionNameRule);
    const token = requiredText(input, 'WebIdentityToken', tokenRule);
    const request = readSessionRequest(input, deps);
    const identity = await verifyWebIdentityToken(token, deps);

    const role = deps.iam.getRole(roleArn);
    const conditionKeys = {
      'aws:SourceIp': context.sourceIp,
      'aws:CurrentTime': new Date(deps.clock.nowEpochMillis()).toISOString(),
      'aws:SecureTransport': 'true',
      ...identityKeys(identity),
      ...requestTagKeys(identity.tags),
      'sts:RoleSessionName': sessionName,
    };
    const actions = [
      'sts:AssumeRoleWithWebIdentity',
      // A token that carries tags needs a second leave, to set them.
      ...(Object.keys(identity.tags).length === 0 ? [] : ['sts:TagSession']),
    ];
    for (const action of actions) {
      const verdict = evaluateTrust(role?.trustPolicy ?? { Statement: [] }, {
        action,
        federated: identityPoolProvider,
        conditionKeys,
      });
      if (role !== undefined && verdict.allowed) continue;
      const reason = role === undefined ? 'there is no such role' : verdict.reason;
      deps.log(`denied ${action} on ${JSON.stringify(roleArn)}: ${reason}`);
      // One text for a missing role and a refusing one: the answer does not tell which roles exist.
      throw accessDenied('Not authorized to perform sts:AssumeRoleWithWebIdentity');
    }
    if (role === undefined) throw new TypeError('A role that is not there was let in');

    refuseLongerThanRoleAllows(request.durationSeconds, role);
    const packedSizePercent = request.packedSizePercent(identity.tags);
    const session = sessionFacts(role, sessionName, deps, {
      ...request.policies,
      tags: identity.tags,
      conditionKeys: identityKeys(identity),
    });
    const credentials = await deps.sessionTokens.mint(session, request.durationSeconds);
    return {
      ...answerOf(session, credentials, packedSizePercent),
      SubjectFromWebIdentityToken: identity.subject,
      Audience: identity.audience,
      Provider: identityPoolProvider,
    };
  },
});
