/** The shapes of the operations' inputs, with the limits of the service's model. */
import * as z from 'zod';
import { inputReader } from '../cognito-idp/read-input.ts';

export const readInput = inputReader('ValidationException');

const regionGuid = z
  .string()
  .min(1)
  .max(55)
  .regex(/^[\w-]+:[0-9a-f-]+$/);
const providerName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w._-]+$/);
const userIdentifier = z.string().min(1).max(1024);
const providerKey = z.string().min(1).max(128);
const logins = z
  .record(providerKey, z.string().min(1).max(50_000))
  .refine((map) => Object.keys(map).length <= 10, 'Map must have at most 10 entries');
const principalTags = z
  .record(z.string().min(1).max(128), z.string().min(1).max(256))
  .refine((map) => Object.keys(map).length <= 50, 'Map must have at most 50 entries');

export const poolInput = z.object({ IdentityPoolId: regionGuid });
export const identityInput = z.object({ IdentityId: regionGuid });
export const getIdInput = poolInput.extend({
  AccountId: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
  Logins: logins.default({}),
});
export const getOpenIdTokenInput = identityInput.extend({ Logins: logins.default({}) });
export const getCredentialsInput = identityInput.extend({
  Logins: logins.default({}),
  CustomRoleArn: z.string().min(20).max(2048).optional(),
});
export const unlinkIdentityInput = identityInput.extend({
  Logins: logins,
  LoginsToRemove: z.array(providerKey),
});
export const listIdentitiesInput = poolInput.extend({
  MaxResults: z.int().min(1).max(60),
  NextToken: z.string().min(1).optional(),
  HideDisabled: z.boolean().optional(),
});
export const developerTokenInput = poolInput.extend({
  IdentityId: regionGuid.optional(),
  Logins: logins,
  PrincipalTags: principalTags.default({}),
  TokenDuration: z.int().min(1).max(86_400).default(900),
});
export const lookupInput = poolInput.extend({
  IdentityId: regionGuid.optional(),
  DeveloperUserIdentifier: userIdentifier.optional(),
  MaxResults: z.int().min(1).max(60).default(60),
  NextToken: z.string().min(1).optional(),
});
export const mergeInput = poolInput.extend({
  SourceUserIdentifier: userIdentifier,
  DestinationUserIdentifier: userIdentifier,
  DeveloperProviderName: providerName,
});
export const unlinkInput = poolInput.extend({
  IdentityId: regionGuid,
  DeveloperProviderName: providerName,
  DeveloperUserIdentifier: userIdentifier,
});
