/** What a person's own tokens allow: GetUser, GlobalSignOut, RevokeToken. */
import { decodeJwt } from 'jose';
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { requireNoReset } from './admission.ts';
import { attributesOf } from './attributes.ts';
import { readInput } from './context.ts';
import type { UserPoolContext } from './context.ts';
import type { Claims, StoredUser } from './model.ts';
import { sameText } from './secret-hash.ts';
import { selfServiceScope } from './user-tokens.ts';

const accessTokenInput = z.object({ AccessToken: z.string().regex(/^[A-Za-z0-9\-_=.]+$/) });
const revokeInput = z.object({
  Token: z.string().min(1),
  ClientId: z.string().regex(/^[\w+]{1,128}$/),
  ClientSecret: z.string().optional(),
});

const refuse = (message: string): never => {
  throw new AwsError('NotAuthorizedException', message);
};

/** The pool that a token says it is of: only tells which keys to try. */
const poolIdIn = (token: string): string => {
  try {
    return decodeJwt(token).iss?.split('/').at(-1) ?? '';
  } catch {
    return refuse('Invalid Access Token');
  }
};

const openOwnToken = async (
  { clock, directory, signer, signIns }: UserPoolContext,
  input: Record<string, unknown>,
): Promise<StoredUser> => {
  const { AccessToken } = readInput(accessTokenInput, input);
  const poolId = poolIdIn(AccessToken);
  if (directory.pools.get(poolId) === undefined) return refuse('Invalid Access Token');
  const claims: Claims = await signer.openAccessToken(poolId, AccessToken, clock.nowEpochMillis());
  const { scope, sub, origin_jti: originJti } = claims;
  if (typeof sub !== 'string' || typeof scope !== 'string') return refuse('Invalid Access Token');
  if (!scope.split(' ').includes(selfServiceScope)) {
    return refuse('Access Token does not have required scopes');
  }
  if (typeof originJti === 'string' && signIns.isRevoked(originJti)) {
    return refuse('Access Token has been revoked');
  }
  const user = directory.user(poolId, sub);
  if (!user.enabled) return refuse('User is disabled.');
  requireNoReset(user);
  return user;
};

const revokeToken =
  ({ directory, secrets, signIns }: UserPoolContext): Operation['run'] =>
  async (input) => {
    const { Token, ClientId, ClientSecret } = readInput(revokeInput, input);
    const client = directory.client(ClientId);
    const secret = await secrets.of(client);
    if (secret !== null && !sameText(secret, ClientSecret ?? '')) {
      throw new AwsError('UnauthorizedException', 'Unauthorized');
    }
    if (!client.enableTokenRevocation) {
      throw new AwsError('UnsupportedOperationException', 'Token revocation is not enabled.');
    }
    if (Token.split('.').length === 3) {
      throw new AwsError('UnsupportedTokenTypeException', 'Only refresh tokens can be revoked.');
    }
    const signIn = signIns.find(Token);
    if (signIn === null) return {};
    if (signIn.clientId !== client.id) throw new AwsError('UnauthorizedException', 'Unauthorized');
    await signIns.revoke(signIn);
    return {};
  };

export const selfServiceOperations = (context: UserPoolContext): Record<string, Operation> => ({
  GetUser: {
    authorize: 'unsigned',
    run: async (input) => {
      const user = await openOwnToken(context, input);
      return { Username: user.username, UserAttributes: attributesOf(user) };
    },
  },
  GlobalSignOut: {
    authorize: 'unsigned',
    run: async (input) => {
      await context.signIns.revokeAllOf(await openOwnToken(context, input));
      return {};
    },
  },
  RevokeToken: { authorize: 'unsigned', run: revokeToken(context) },
});
