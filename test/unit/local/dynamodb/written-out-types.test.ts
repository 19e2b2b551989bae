import { expect, it } from '@jest/globals';
import validations from 'dynalite/validations/index.js';
import fc from 'fast-check';
import { actions } from '../../../../local/services/dynamodb/actions.ts';

const text = fc.oneof(
  fc.string({ maxLength: 3 }),
  fc.constantFrom('', '1', 'true', 'QUJD', 'QUI='),
);
const bare = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const typeNames = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M', 'X', '__proto__'];
/** Right now and then, wrong in every way else. */
const { attribute } = fc.letrec<{ attribute: unknown; inner: unknown }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 4 },
    text.map((S) => ({ S })),
    fc.integer().map((N) => ({ N: String(N) })),
    fc.dictionary(fc.constantFrom(...typeNames), tie('inner'), { maxKeys: 2 }),
    fc.array(tie('attribute'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(text, tie('attribute'), { maxKeys: 3 }).map((M) => ({ M })),
    tie('inner'),
  ),
  inner: fc.oneof(bare, fc.array(bare, { maxLength: 3 }), tie('attribute')),
}));
const attributes = fc.oneof(
  { arbitrary: fc.dictionary(text, attribute, { maxKeys: 3 }), weight: 5 },
  { arbitrary: attribute, weight: 1 },
);
const members = {
  Key: attributes,
  Item: attributes,
  ExpressionAttributeValues: attributes,
  ExclusiveStartKey: attributes,
  Expected: fc.dictionary(text, fc.record({ Value: attribute, AttributeValueList: attribute })),
  AttributeUpdates: fc.dictionary(text, fc.record({ Value: attribute, Action: bare })),
  RequestItems: fc.dictionary(
    text,
    fc.oneof(
      fc.record({ Keys: fc.oneof(fc.array(attributes, { maxLength: 2 }), attribute) }),
      fc.array(fc.record({ PutRequest: fc.record({ Item: attributes }) }), { maxLength: 2 }),
    ),
  ),
  TableName: bare,
  Limit: bare,
};
const input = fc.record(members, { requiredKeys: [] });

/** What the check makes of an input, and leaves of it. */
const outcome = (given: object, types: object) => {
  const copy = structuredClone(given);
  try {
    return { typed: validations.checkTypes(copy, types), copy };
  } catch (error) {
    return { refusal: error, body: (error as { body?: unknown }).body, copy };
  }
};

it.each(Object.entries(actions))(
  'the input of %s is taken and refused as by dynalite itself',
  (_operation, { rules, writtenOutTypes }) => {
    fc.assert(
      fc.property(input, (given) => {
        expect(outcome(given, writtenOutTypes)).toEqual(outcome(given, rules.types));
      }),
      { numRuns: 500 },
    );
  },
);
