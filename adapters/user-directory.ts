import {
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  ListUsersCommand,
  type AttributeType,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';

import type { DirectoryUser, UserDirectory, UsernameRegistry } from '../core/ports.ts';
import { isSub } from '../core/subject/subject-name.ts';
import { awsErrorName, awsFailure, incompleteAnswer } from './aws-failures.ts';

/** The most that one page holds. @see Cognito API Reference, AdminListGroupsForUser: Limit */
const groupsPerPage = 60;
/** A user is in at most 100 groups; whatever goes on for longer is no answer. @see Cognito quotas */
const maximumPages = 5;

type Person = Omit<DirectoryUser, 'groups'>;

/** What both calls tell of a user, under names of their own. */
interface Described {
  readonly Username?: string | undefined;
  readonly Enabled?: boolean | undefined;
  readonly UserStatus?: string | undefined;
  readonly attributes: readonly AttributeType[] | undefined;
}

/** @throws Upstream.Unavailable when a member is missing: half a user decides nothing */
const personOf = (operation: string, user: Described): Person => {
  const attributes = Object.fromEntries(
    (user.attributes ?? []).flatMap(({ Name, Value }) =>
      Name === undefined || Value === undefined ? [] : [[Name, Value] as const],
    ),
  );
  const sub = Object.hasOwn(attributes, 'sub') ? attributes['sub'] : undefined;
  const { Username: username, Enabled: enabled, UserStatus: status } = user;
  if (
    username === undefined ||
    enabled === undefined ||
    status === undefined ||
    sub === undefined ||
    !isSub(sub)
  ) {
    throw incompleteAnswer(operation);
  }
  return { sub, username, enabled, status, attributes };
};

/** Nobody, where Cognito says so; every other failure is the catalogue's. */
const nobodyOrThrow = (error: unknown): null => {
  if (awsErrorName(error) === 'UserNotFoundException') return null;
  throw awsFailure(error);
};

/**
 * The people of Cognito user pools. By username with AdminGetUser; by `sub` with the username on record, else with
 * ListUsers, which AWS limits to 30 calls a second. The record is believed only if the user found has that `sub`.
 */
export const cognitoUserDirectory = (options: {
  readonly client: CognitoIdentityProviderClient;
  readonly usernames: UsernameRegistry;
}): UserDirectory => {
  const { client, usernames } = options;

  const byUsername = async (userPoolId: string, username: string): Promise<Person | null> => {
    const user = await client
      .send(new AdminGetUserCommand({ UserPoolId: userPoolId, Username: username }))
      .catch(nobodyOrThrow);
    if (user === null) return null;
    const person = personOf('AdminGetUser', { ...user, attributes: user.UserAttributes });
    // An alias, such as a preferred username, is its owner's to choose: it names nobody.
    return person.username.toLowerCase() === username.toLowerCase() ? person : null;
  };

  const bySub = async (userPoolId: string, alias: string, sub: string): Promise<Person | null> => {
    const username = await usernames.recall(`${alias}:${sub}`);
    const recalled = username === null ? null : await byUsername(userPoolId, username);
    if (recalled?.sub === sub) return recalled;
    if (!isSub(sub)) throw new TypeError('only a sub may stand in a filter');
    const { Users: users } = await client
      .send(new ListUsersCommand({ UserPoolId: userPoolId, Filter: `sub = "${sub}"`, Limit: 2 }))
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
    if (users === undefined) throw incompleteAnswer('ListUsers');
    const [user] = users;
    if (user === undefined) return null;
    const person = personOf('ListUsers', { ...user, attributes: user.Attributes });
    if (users.length > 1 || person.sub !== sub) throw incompleteAnswer('ListUsers');
    return person;
  };

  /** Null when the user was deleted meanwhile. */
  const groupsOf = async (
    userPoolId: string,
    username: string,
  ): Promise<readonly string[] | null> => {
    const groups: string[] = [];
    let nextToken: string | undefined;
    for (let page = 0; page < maximumPages; page += 1) {
      const answer = await client
        .send(
          new AdminListGroupsForUserCommand({
            UserPoolId: userPoolId,
            Username: username,
            Limit: groupsPerPage,
            ...(nextToken === undefined ? {} : { NextToken: nextToken }),
          }),
        )
        .catch(nobodyOrThrow);
      if (answer === null) return null;
      if (answer.Groups === undefined) throw incompleteAnswer('AdminListGroupsForUser');
      for (const { GroupName: name } of answer.Groups) {
        if (name === undefined) throw incompleteAnswer('AdminListGroupsForUser');
        groups.push(name);
      }
      nextToken = answer.NextToken;
      if (nextToken === undefined) return groups;
    }
    throw incompleteAnswer('AdminListGroupsForUser');
  };

  return {
    find: async ({ alias, userPoolId }, name) => {
      const person =
        'sub' in name
          ? await bySub(userPoolId, alias, name.sub)
          : await byUsername(userPoolId, name.username);
      if (person === null) return null;
      const groups = await groupsOf(userPoolId, person.username);
      return groups === null ? null : { ...person, groups };
    },
  };
};
