/** AssumeRole: the caller signs, and the role's trust policy decides with the caller's own policies. */
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import type { AccessRequest } from '../../iam/policy.ts';
import { accessDenied, validationError } from './errors.ts';
import {
  externalIdRule,
  listOf,
  optionalText,
  requiredText,
  roleArnRule,
  sessionNameRule,
} from './parameters.ts';
import {
  answerOf,
  readSessionRequest,
  refuseLongerThanRoleAllows,
  sessionFacts,
} from './session-request.ts';
import type { StsDependencies } from './session-request.ts';
import { faultOfTags, requestTagKeys } from './session-tags.ts';

const mostTags = 50;
const longestChainedSeconds = 3600;

const tagsOf = (input: Record<string, unknown>): Readonly<Record<string, string>> => {
  const tags = listOf(input, 'Tags', mostTags).map(
    ({ Key: key, Value: value }): readonly [string, string] => {
      if (typeof key !== 'string' || typeof value !== 'string')
        throw validationError('Each tag must have a key and a value.');
      return [key, value];
    },
  );
  const fault = faultOfTags(tags);
  if (fault !== null) throw validationError(`The tags are not accepted: ${fault}.`);
  return Object.fromEntries(tags);
};

const refuseWhatIsNotEmulated = (input: Record<string, unknown>): void => {
  for (const parameter of ['SourceIdentity', 'TransitiveTagKeys', 'SerialNumber', 'TokenCode'])
    if (input[parameter] !== undefined)
      throw new AwsError('NotImplemented', `AssumeRole with ${parameter} is not emulated.`, {
        statusCode: 501,
      });
};

export const assumeRole = (deps: StsDependencies): Operation => ({
  authorize: (input) => {
    const roleArn = requiredText(input, 'RoleArn', roleArnRule);
    const externalId = optionalText(input, 'ExternalId', externalIdRule);
    const tags = tagsOf(input);
    const request = (action: string): AccessRequest => ({
      action,
      resource: roleArn,
      resourcePolicy: deps.iam.getRole(roleArn)?.trustPolicy ?? { Statement: [] },
      conditionKeys: {
        ...requestTagKeys(tags),
        'sts:RoleSessionName': requiredText(input, 'RoleSessionName', sessionNameRule),
        ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
      },
    });
    return [
      request('sts:AssumeRole'),
      ...(Object.keys(tags).length === 0 ? [] : [request('sts:TagSession')]),
    ];
  },
  run: async (input, context) => {
    refuseWhatIsNotEmulated(input);
    const role = deps.iam.getRole(requiredText(input, 'RoleArn', roleArnRule));
    if (role === undefined) throw accessDenied('Not authorized to perform sts:AssumeRole');
    const sessionName = requiredText(input, 'RoleSessionName', sessionNameRule);
    const request = readSessionRequest(input, deps);
    const tags = tagsOf(input);
    if (
      context.principal.kind === 'role-session' &&
      request.durationSeconds > longestChainedSeconds
    )
      throw validationError(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    refuseLongerThanRoleAllows(request.durationSeconds, role);
    const packedSizePercent = request.packedSizePercent(tags);
    const session = sessionFacts(role, sessionName, deps, { ...request.policies, tags });
    const credentials = await deps.sessionTokens.mint(session, request.durationSeconds);
    return answerOf(session, credentials, packedSizePercent);
  },
});
