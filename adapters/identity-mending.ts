import {
  DescribeIdentityCommand,
  ListIdentitiesCommand,
  LookupDeveloperIdentityCommand,
  MergeDeveloperIdentitiesCommand,
  UnlinkDeveloperIdentityCommand,
  type CognitoIdentityClient,
} from '@aws-sdk/client-cognito-identity';
import { GetItemCommand, UpdateItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

import type { MendingPool, MendingRegistry } from '../core/identity/mending.ts';
import type { RegistryView } from '../core/identity/standing.ts';
import { awsErrorName, awsFailure, incompleteAnswer } from './aws-failures.ts';
import { identityOfRow } from './identity-row.ts';
import { flag, keyOf, number, readFlag, readText, text } from './rows.ts';

/** AWS's largest page. */
const pageSize = 60;

/** Null for what is not there, and where AWS says so by an error. */
const orNull = (error: unknown): null => {
  if (awsErrorName(error) === 'ResourceNotFoundException') return null;
  throw awsFailure(error);
};

/** The identity pool, as an operator sees and changes it. @see Amazon Cognito federated identities API reference */
export const mendingPool = (options: {
  readonly client: CognitoIdentityClient;
  readonly identityPoolId: string;
  readonly developerProvider: string;
}): MendingPool => {
  const { client, identityPoolId: IdentityPoolId, developerProvider } = options;

  /** A pool that is not there is refused by the same name as a login that it does not have. */
  const requirePool = async (): Promise<void> => {
    await client
      .send(new ListIdentitiesCommand({ IdentityPoolId, MaxResults: 1 }))
      .catch((error: unknown) => {
        throw awsFailure(error);
      });
  };

  const identityOf = async (subject: string): Promise<string | null> => {
    const answer = await client
      .send(
        new LookupDeveloperIdentityCommand({
          IdentityPoolId,
          DeveloperUserIdentifier: subject,
          MaxResults: 1,
        }),
      )
      .catch(orNull);
    if (answer === null) {
      await requirePool();
      return null;
    }
    if (answer.IdentityId === undefined) throw incompleteAnswer('LookupDeveloperIdentity');
    return answer.IdentityId;
  };

  const developerLoginsOf = async (IdentityId: string): Promise<readonly string[]> => {
    const logins: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client
        .send(
          new LookupDeveloperIdentityCommand({
            ...{ IdentityPoolId, IdentityId, MaxResults: pageSize },
            ...(NextToken === undefined ? {} : { NextToken }),
          }),
        )
        .catch((error: unknown) => {
          throw awsFailure(error);
        });
      logins.push(...(page.DeveloperUserIdentifierList ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return logins;
  };

  return {
    find: async (subject) => {
      const identityId = await identityOf(subject);
      if (identityId === null) return null;
      const { Logins = [] } = await client
        .send(new DescribeIdentityCommand({ IdentityId: identityId }))
        .catch((error: unknown) => {
          throw awsFailure(error);
        });
      return {
        identityId,
        developerLogins: await developerLoginsOf(identityId),
        ownProviders: Logins.filter((provider) => provider !== developerProvider),
      };
    },
    unlink: async (identityId, subject) => {
      await client
        .send(
          new UnlinkDeveloperIdentityCommand({
            IdentityId: identityId,
            IdentityPoolId,
            DeveloperProviderName: developerProvider,
            DeveloperUserIdentifier: subject,
          }),
        )
        .catch(orNull);
    },
    merge: async (source, destination) => {
      const { IdentityId } = await client
        .send(
          new MergeDeveloperIdentitiesCommand({
            SourceUserIdentifier: source,
            DestinationUserIdentifier: destination,
            DeveloperProviderName: developerProvider,
            IdentityPoolId,
          }),
        )
        .catch((error: unknown) => {
          throw awsFailure(error, { ResourceConflictException: 'Identity.Conflict' });
        });
      if (IdentityId === undefined) throw incompleteAnswer('MergeDeveloperIdentities');
      return IdentityId;
    },
  };
};

/** A link that the person's own login made meanwhile counts as a change. */
const conditionOf = ({ identityId }: RegistryView): string =>
  identityId === null
    ? 'attribute_not_exists(identityId)'
    : 'identityId = :was AND linked = :wasLinked';

/** The subjects' rows, as an operator sees and corrects them. */
export const mendingRegistry = (options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): MendingRegistry => {
  const { client, tableName: TableName } = options;
  return {
    find: async (subject) => {
      const { Item: row = {} } = await client
        .send(new GetItemCommand({ TableName, Key: keyOf.subject(subject), ConsistentRead: true }))
        .catch((error: unknown) => {
          throw awsFailure(error);
        });
      const identity = identityOfRow(row);
      return {
        identityId: identity?.identityId ?? null,
        linked: identity?.linked ?? false,
        username: row['username'] === undefined ? null : readText(row, 'username'),
        registrationBegun: readFlag(row, 'registrationBegun'),
        awaitsLogin: readFlag(row, 'awaitsLogin'),
      };
    },
    correct: async (subject, before, identity, record) => {
      const [set, remove] =
        identity === null
          ? ['awaitsLogin = :awaits', 'identityId, linked, registrationBegun']
          : ['identityId = :id, linked = :linked', 'registrationBegun, awaitsLogin'];
      await client
        .send(
          new UpdateItemCommand({
            TableName,
            Key: keyOf.subject(subject),
            ConditionExpression: conditionOf(before),
            UpdateExpression: `SET ${set}, identityChange = :operation, identityChangeReason = :reason, identityChangedBy = :by, identityChangedAtEpochSeconds = :at REMOVE ${remove}`,
            ExpressionAttributeValues: {
              ':operation': text(record.operation),
              ':reason': text(record.reason),
              ':by': text(record.by),
              ':at': number(record.atEpochSeconds),
              ...(before.identityId === null
                ? {}
                : { ':was': text(before.identityId), ':wasLinked': flag(before.linked) }),
              ...(identity === null
                ? { ':awaits': flag(true) }
                : { ':id': text(identity.identityId), ':linked': flag(identity.linked) }),
            },
          }),
        )
        .catch((error: unknown) => {
          throw awsFailure(error, { ConditionalCheckFailedException: 'Identity.Conflict' });
        });
    },
  };
};
