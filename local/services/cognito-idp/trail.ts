/** What CloudTrail tells of calls that change a person: who was meant by `sub`, and no name. */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import type { Operation } from '../../aws.ts';
import type { UserPoolContext } from './context.ts';

/** The detail of an event `AWS API Call via CloudTrail`, as far as the twin has it. */
interface TrailDetail {
  readonly eventVersion: string;
  readonly eventSource: 'cognito-idp.amazonaws.com';
  readonly eventName: string;
  /** ISO 8601, whole seconds. */
  readonly eventTime: string;
  readonly eventID: string;
  readonly eventType: 'AwsApiCall';
  readonly eventCategory: 'Management';
  readonly awsRegion: string;
  readonly recipientAccountId: string;
  readonly readOnly: false;
  readonly requestParameters: Readonly<Record<string, string>>;
  readonly responseElements: null;
  /** Without a `sub` where the call meant nobody who is known. */
  readonly additionalEventData: { readonly sub?: string };
}

/** Told of each call that succeeded. */
export type Trail = (detail: TrailDetail) => Promise<void>;

const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

const told: ReadonlySet<string> = new Set([
  ...['AdminDisableUser', 'AdminEnableUser', 'AdminDeleteUser', 'AdminUserGlobalSignOut'],
  ...['AdminAddUserToGroup', 'AdminRemoveUserFromGroup', 'GlobalSignOut', 'RevokeToken'],
]);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Pool and group stand in clear; names of people, tokens and secrets do not. */
const parametersOf = (input: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      ['UserPoolId', 'GroupName', 'ClientId'].includes(name) ? textOf(value) : hidden,
    ]),
  );

/** Looked up before the call: afterwards the person may be gone. */
const subjectOf = (
  { directory, signIns }: UserPoolContext,
  input: Record<string, unknown>,
): string | undefined => {
  const { UserPoolId, Username, AccessToken, Token } = input;
  if (typeof UserPoolId === 'string' && typeof Username === 'string')
    return directory.findUser(UserPoolId, Username)?.sub;
  if (typeof Token === 'string') return signIns.find(Token)?.sub;
  try {
    // Only told when the call succeeds, and then the token was verified.
    return decodeJwt(textOf(AccessToken)).sub;
  } catch {
    return undefined;
  }
};

export const withTrail = (
  operations: Readonly<Record<string, Operation>>,
  context: UserPoolContext,
  place: { readonly region: string; readonly accountId: string },
  trail: Trail,
): Readonly<Record<string, Operation>> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => {
      if (!told.has(name)) return [name, operation];
      const run: Operation['run'] = async (input, call) => {
        const sub = subjectOf(context, input);
        const answer = await operation.run(input, call);
        const now = new Date(context.clock.nowEpochMillis());
        await trail({
          eventVersion: '1.08',
          eventSource: 'cognito-idp.amazonaws.com',
          eventName: name,
          eventTime: now.toISOString().replace(/\.\d{3}Z$/u, 'Z'),
          eventID: randomUUID(),
          eventType: 'AwsApiCall',
          eventCategory: 'Management',
          awsRegion: place.region,
          recipientAccountId: place.accountId,
          readOnly: false,
          requestParameters: parametersOf(input),
          responseElements: null,
          additionalEventData: sub === undefined ? {} : { sub },
        });
        return answer;
      };
      return [name, { ...operation, run }];
    }),
  );
