import * as z from '../zod.ts';
import type { Grant } from '../grants/grant.ts';

/** Calls after which what a person had before must end; `DeleteUser` and `GlobalSignOut` are the person's own. */
export const revokingCalls = [
  'AdminAddUserToGroup',
  'AdminDeleteUser',
  'AdminDisableUser',
  'AdminRemoveUserFromGroup',
  'AdminUserGlobalSignOut',
  'DeleteUser',
  'GlobalSignOut',
] as const;

/** What CloudTrail tells of a call to the user pool, as far as it matters here. The user's name is hidden in it. */
const eventSchema = z.looseObject({
  detail: z.looseObject({
    eventID: z.string().check(z.minLength(1)),
    eventName: z.enum(revokingCalls),
    /** There where the call failed: then nothing has changed. */
    errorCode: z.optional(z.string()),
    requestParameters: z.nullish(
      z.looseObject({ userPoolId: z.optional(z.string()), groupName: z.optional(z.string()) }),
    ),
    additionalEventData: z.looseObject({ sub: z.string().check(z.minLength(1)) }),
  }),
});

export interface UserPoolChange {
  readonly eventId: string;
  readonly call: (typeof revokingCalls)[number];
  /** Null where the call names none: it is a person's own, made with a token. */
  readonly userPoolId: string | null;
  readonly sub: string;
  /** The group that the person left or joined; null where the event does not say, or is no such event. */
  readonly group: string | null;
}

/**
 * Reads an event of the default bus.
 * @returns null for a call that failed
 * @throws ZodError for what is no such event: the rule lets only these through, so that it must be seen
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/logging-using-cloudtrail.html
 */
export const readUserPoolEvent = (event: unknown): UserPoolChange | null => {
  const { detail } = eventSchema.parse(event);
  if (detail.errorCode !== undefined) return null;
  return {
    eventId: detail.eventID,
    call: detail.eventName,
    userPoolId: detail.requestParameters?.userPoolId ?? null,
    sub: detail.additionalEventData.sub,
    group: detail.requestParameters?.groupName ?? null,
  };
};

/**
 * Whether a session may rest on a change of groups. A group that no rule asks for gives nothing, unless a grant takes the
 * role from the token: there any group may be what brought the role. To join one matters where a rule refuses its
 * members. A group that is not named counts.
 */
export const isGroupRelevant = (
  grants: readonly Grant[],
  { call, group }: Pick<UserPoolChange, 'call' | 'group'>,
): boolean => {
  if (call !== 'AdminRemoveUserFromGroup' && call !== 'AdminAddUserToGroup') return true;
  const hasJoined = call === 'AdminAddUserToGroup';
  return (
    group === null ||
    grants.some(
      ({ role, rules }) =>
        (!hasJoined && role.fromToken !== undefined) ||
        rules.some(({ effect, when: { groups = {} } }) => {
          const asked = [...(groups.anyOf ?? []), ...(groups.allOf ?? [])].includes(group);
          return hasJoined
            ? (effect === 'refuse' && asked) || groups.noneOf?.includes(group) === true
            : asked;
        }),
    )
  );
};
