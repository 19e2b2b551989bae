import * as z from '../zod.ts';
import { grantName } from './grant-name.ts';

/** What the HTTP API is asked: these validate, and docs/openapi.json is generated from them. */

const roleArn = z
  .string()
  .check(
    z.minLength(20),
    z.maxLength(2048),
    z.describe('A role, only where the grant takes the role from the token.'),
  );

export const credentialsRequest = z.strictObject({
  grant: z.optional(grantName),
  roleArn: z.optional(roleArn),
  minTtlSeconds: z
    .optional(z.int().check(z.minimum(300), z.maximum(43_000)))
    .check(
      z.describe("How much life the credentials must have left, if more than the grant's minimum."),
    ),
});

/** Somebody who need not exist. */
const hypotheticalCaller = z.strictObject({
  claims: z
    .record(z.string().check(z.minLength(1), z.maxLength(128)), z.unknown())
    .check(
      z.describe(
        'Of an ID token, or with token_use access of an access token. What is left out is a token of the asking person’s user pool, just made.',
      ),
    ),
  client: z
    .optional(grantName)
    .check(z.describe('Name of the app client, where the claims do not say (aud, client_id).')),
});

export type HypotheticalCaller = z.infer<typeof hypotheticalCaller>;

export const decisionRequest = z.strictObject({
  grant: z.optional(grantName),
  roleArn: z.optional(roleArn),
  caller: z
    .optional(hypotheticalCaller)
    .check(z.describe('Decide as if this one asked; for auditors only.')),
});

/** Longer than any alias with any `sub`, and than any username. */
const maximumSubjectCharacters = 200;

export const subjectName = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(maximumSubjectCharacters),
    z.describe(
      "For whom a machine with the scope stepkey/act-as asks: issuerAlias:sub, sub or username, of a person in the machine's own user pool.",
    ),
  );

/** At the access door a machine may name the subject. */
export const exchangeCredentialsRequest = z.extend(credentialsRequest, {
  subject: z.optional(subjectName),
});

export const exchangeDecisionRequest = z.extend(decisionRequest, {
  subject: z.optional(subjectName),
});
