import * as z from 'zod';

/** What the token claims file may say. The JSON Schema beside it is generated from this. */

const texts = z.array(z.string().min(1)).min(1);

/** An empty object would change nothing, or hold for everybody, without saying so. */
const isNotEmpty = (value: object) => Object.keys(value).length > 0;
const mustSaySomething = 'must not be empty';

const constant = z.json().refine((value) => value !== null, 'must not be null');

const claimValueShape = {
  constant: constant
    .optional()
    .describe('This value. An event of version 1 carries texts only: anything else as JSON.'),
  attribute: z
    .string()
    .min(1)
    .optional()
    .describe('The value of this attribute of the user; without it, no claim is added.'),
};

/** A union would only say that no branch fits; so each way is a key, and exactly one may be there. */
const claimValue = z
  .strictObject(claimValueShape)
  .refine(
    (value) => Object.keys(value).length === 1,
    'must have exactly one of constant and attribute',
  );

const claimName = z.string().regex(/^[\x21-\x7e]{1,131}$/, 'must be 1–131 visible characters');

/** @see RFC 6749 §3.3 */
const scope = z
  .string()
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/, 'must be a scope: no blank, quote or backslash');

const claimChanges = {
  addClaims: z
    .record(claimName, claimValue)
    .refine(isNotEmpty, mustSaySomething)
    .optional()
    .describe('Added, or overriding what is there.'),
  suppressClaims: z
    .array(claimName)
    .min(1)
    .optional()
    .describe('Taken away, even where a rule adds them.'),
};

const setCondition = z
  .strictObject({ anyOf: texts.optional(), allOf: texts.optional(), noneOf: texts.optional() })
  .refine(isNotEmpty, mustSaySomething)
  .optional();

const conditions = z
  .strictObject({
    groups: setCondition.describe('Of a person.'),
    attributes: z
      .record(z.string(), z.strictObject({ anyOf: texts }))
      .refine(isNotEmpty, mustSaySomething)
      .optional()
      .describe('Of a person.'),
    scopes: setCondition.describe('Of a machine: those that its token has without this file.'),
    clients: z.strictObject({ anyOf: texts }).optional().describe('Of a machine: client ids.'),
  })
  .refine(isNotEmpty, mustSaySomething);

const changeShape = {
  idToken: z.strictObject(claimChanges).refine(isNotEmpty, mustSaySomething).optional(),
  accessToken: z
    .strictObject({
      ...claimChanges,
      addScopes: z.array(scope).min(1).optional(),
      suppressScopes: z.array(scope).min(1).optional(),
    })
    .refine(isNotEmpty, mustSaySomething)
    .optional()
    .describe('Reaches events of versions 2 and 3 only.'),
  replaceGroups: z
    .strictObject({
      groups: z.array(z.string().min(1)),
      roles: z.array(z.string().regex(/^arn:[a-z-]+:iam::\d{12}:role\/\S+$/)).default([]),
      preferredRole: z.string().optional(),
    })
    .optional()
    .describe('The groups of both tokens, in place of the user’s own; an empty list is no group.'),
};

const rule = z
  .strictObject({
    for: z
      .enum(['people', 'machines'])
      .optional()
      .describe('Whose tokens are meant; people’s where it is left out.'),
    when: conditions
      .optional()
      .describe('All that is named must hold; without it, the rule holds for all of them.'),
    ...changeShape,
  })
  .refine(
    (value) => Object.keys(changeShape).some((change) => change in value),
    'must change a token or the groups',
  );

export const tokenClaimsFileSchema = z.strictObject({
  $schema: z.string().optional(),
  description: z.string().min(1),
  rules: z
    .array(rule)
    .min(1)
    .describe(
      'Every rule that matches applies, in order: a later one overrides, suppressing beats adding.',
    ),
});

export type TokenClaims = z.infer<typeof tokenClaimsFileSchema>;
export type TokenClaimsRule = z.infer<typeof rule>;
export type ClaimValue = z.infer<typeof constant>;
