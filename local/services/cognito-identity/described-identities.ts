/** DescribeIdentity and ListIdentities: what the pool's owner may see. */
import type { Operation } from '../../aws.ts';
import { pageOf } from '../cognito-idp/page.ts';
import type { IdentityPoolContext } from './context.ts';
import { onPool } from './developer-operations.ts';
import { identityInput, listIdentitiesInput, readInput } from './inputs.ts';
import type { StoredIdentity } from './model.ts';

const describe = (identity: StoredIdentity) => ({
  IdentityId: identity.id,
  Logins: [...new Set(identity.logins.map(({ provider }) => provider))],
  CreationDate: identity.createdAtEpochMillis / 1000,
  LastModifiedDate: identity.modifiedAtEpochMillis / 1000,
});

export const describedIdentityOperations = (
  context: IdentityPoolContext,
): Record<string, Operation> => ({
  DescribeIdentity: {
    // The input names no pool. An identity that is not there is anybody's with the right on all pools.
    authorize: (input) => {
      const { IdentityId } = readInput(identityInput, input);
      const known = context.identities.find(IdentityId);
      return [
        {
          action: 'cognito-identity:DescribeIdentity',
          resource: context.poolArn(known?.identityPoolId ?? '*'),
        },
      ];
    },
    run: (input) => {
      const { IdentityId } = readInput(identityInput, input);
      return Promise.resolve(describe(context.identities.get(null, IdentityId)));
    },
  },
  ListIdentities: {
    authorize: onPool(context, 'ListIdentities'),
    run: (input) => {
      const { IdentityPoolId, MaxResults, NextToken } = readInput(listIdentitiesInput, input);
      const identities = context.identities.ofPool(context.pools.get(IdentityPoolId).id);
      const page = pageOf(identities, ({ id }) => id, MaxResults, NextToken);
      return Promise.resolve({
        IdentityPoolId,
        Identities: page.items.map(describe),
        ...(page.nextToken === null ? {} : { NextToken: page.nextToken }),
      });
    },
  },
});
