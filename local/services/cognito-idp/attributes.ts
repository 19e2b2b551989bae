/** User attributes: which there are, and how the API lists them. */
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { StoredUser, StoredUserPool } from './model.ts';

const standardAttributes = new Set(
  (
    'address birthdate email email_verified family_name gender given_name locale middle_name name ' +
    'nickname phone_number phone_number_verified picture preferred_username profile updated_at ' +
    'website zoneinfo'
  ).split(' '),
);

export const userAttributesSchema = z.object({
  UserAttributes: z
    .array(z.object({ Name: z.string().min(1).max(32), Value: z.string().max(2048).default('') }))
    .default([]),
});

export interface UserAttribute {
  readonly Name: string;
  readonly Value: string;
}

/** @throws AwsError InvalidParameterException for a name that is not in the pool's schema */
export const withAttributes = (
  pool: StoredUserPool,
  current: Readonly<Record<string, string>>,
  changes: readonly UserAttribute[],
): Record<string, string> => {
  for (const { Name } of changes) {
    if (!standardAttributes.has(Name) && !pool.customAttributes.includes(Name)) {
      throw new AwsError(
        'InvalidParameterException',
        `Attributes did not conform to the schema: ${Name}: Attribute does not exist in the schema.`,
      );
    }
  }
  return { ...current, ...Object.fromEntries(changes.map(({ Name, Value }) => [Name, Value])) };
};

export const attributesOf = (user: StoredUser): readonly UserAttribute[] => [
  ...Object.entries(user.attributes).map(([Name, Value]) => ({ Name, Value })),
  { Name: 'sub', Value: user.sub },
];
