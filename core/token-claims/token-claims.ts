import * as z from '../zod.ts';

/** What the token claims file may say. The JSON Schema beside it is generated from this. */

const texts = z.array(z.string().check(z.minLength(1))).check(z.minLength(1));

/** An empty object would change nothing, or hold for everybody, without saying so. */
const isNotEmpty = (value: object) => Object.keys(value).length > 0;
const mustSaySomething = 'must not be empty';

const constant = z.json().check(z.refine((value) => value !== null, 'must not be null'));

const claimValueShape = {
  constant: z
    .optional(constant)
    .check(
      z.describe('This value. An event of version 1 carries texts only: anything else as JSON.'),
    ),
  attribute: z
    .optional(z.string().check(z.minLength(1)))
    .check(z.describe('The value of this attribute of the user; without it, no claim is added.')),
};

/** A union would only say that no branch fits; so each way is a key, and exactly one may be there. */
const claimValue = z
  .strictObject(claimValueShape)
  .check(
    z.refine(
      (value) => Object.keys(value).length === 1,
      'must have exactly one of constant and attribute',
    ),
  );

const claimName = z
  .string()
  .check(z.regex(/^[\x21-\x7e]{1,131}$/, 'must be 1–131 visible characters'));

/** @see RFC 6749 §3.3 */
const scope = z
  .string()
  .check(
    z.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/, 'must be a scope: no blank, quote or backslash'),
  );

const claimChanges = {
  addClaims: z
    .optional(z.record(claimName, claimValue).check(z.refine(isNotEmpty, mustSaySomething)))
    .check(z.describe('Added, or overriding what is there.')),
  suppressClaims: z
    .optional(z.array(claimName).check(z.minLength(1)))
    .check(z.describe('Taken away, even where a rule adds them.')),
};

const setCondition = z.optional(
  z
    .strictObject({ anyOf: z.optional(texts), allOf: z.optional(texts), noneOf: z.optional(texts) })
    .check(z.refine(isNotEmpty, mustSaySomething)),
);

const conditions = z
  .strictObject({
    groups: setCondition.check(z.describe('Of a person.')),
    attributes: z
      .optional(
        z
          .record(z.string(), z.strictObject({ anyOf: texts }))
          .check(z.refine(isNotEmpty, mustSaySomething)),
      )
      .check(z.describe('Of a person.')),
    scopes: setCondition.check(
      z.describe('Of a machine: those that its token has without this file.'),
    ),
    clients: z
      .optional(z.strictObject({ anyOf: texts }))
      .check(z.describe('Of a machine: client ids.')),
  })
  .check(z.refine(isNotEmpty, mustSaySomething));

const changeShape = {
  idToken: z.optional(z.strictObject(claimChanges).check(z.refine(isNotEmpty, mustSaySomething))),
  accessToken: z
    .optional(
      z
        .strictObject({
          ...claimChanges,
          addScopes: z.optional(z.array(scope).check(z.minLength(1))),
          suppressScopes: z.optional(z.array(scope).check(z.minLength(1))),
        })
        .check(z.refine(isNotEmpty, mustSaySomething)),
    )
    .check(z.describe('Reaches events of versions 2 and 3 only.')),
  replaceGroups: z
    .optional(
      z.strictObject({
        groups: z.array(z.string().check(z.minLength(1))),
        roles: z._default(
          z.array(z.string().check(z.regex(/^arn:[a-z-]+:iam::\d{12}:role\/\S+$/))),
          [],
        ),
        preferredRole: z.optional(z.string()),
      }),
    )
    .check(
      z.describe(
        'The groups of both tokens, in place of the user’s own; an empty list is no group.',
      ),
    ),
};

export const tokenClaimsRuleSchema = z
  .strictObject({
    for: z
      .optional(z.enum(['people', 'machines']))
      .check(z.describe('Whose tokens are meant; people’s where it is left out.')),
    when: z
      .optional(conditions)
      .check(
        z.describe('All that is named must hold; without it, the rule holds for all of them.'),
      ),
    ...changeShape,
  })
  .check(
    z.refine(
      (value) => Object.keys(changeShape).some((change) => change in value),
      'must change a token or the groups',
    ),
  );

export const tokenClaimsFileSchema = z.strictObject({
  $schema: z.optional(z.string()),
  description: z.string().check(z.minLength(1)),
  rules: z
    .array(tokenClaimsRuleSchema)
    .check(
      z.minLength(1),
      z.describe(
        'Every rule that matches applies, in order: a later one overrides, suppressing beats adding.',
      ),
    ),
});

export type TokenClaims = z.infer<typeof tokenClaimsFileSchema>;
export type TokenClaimsRule = z.infer<typeof tokenClaimsRuleSchema>;
export type ClaimValue = z.infer<typeof constant>;
