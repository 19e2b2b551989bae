import { describe, expect, it } from '@jest/globals';
import {
  toApiTypes,
  toIntegrationTypes,
} from '../../../../local/services/states/attribute-values.ts';

describe("DynamoDB's attribute types in an SDK integration", () => {
  const api = { Item: { a: { BOOL: true }, b: { L: [{ NULL: true }, { SS: ['x'] }] } } };
  const integration = { Item: { a: { Bool: true }, b: { L: [{ Nul: true }, { Ss: ['x'] }] } } };

  it('are answered as the Java SDK names them', () => {
    expect(toIntegrationTypes(api)).toEqual(integration);
  });

  it('are taken so, and become the ones of the API', () => {
    expect(toApiTypes(integration)).toEqual(api);
  });

  it.each(['BOOL', 'NULL', 'SS', 'NS', 'BS'])(
    'are refused in the spelling of the API: %s',
    (type) => {
      expect(() => toApiTypes({ Item: { a: { [type]: true } } })).toThrow(
        expect.objectContaining({ error: 'States.Runtime' }),
      );
    },
  );

  it('leave texts, numbers and maps as they are', () => {
    const same = { Key: { pk: { S: 'BOOL' }, n: { N: '1' }, m: { M: { x: { S: 'y' } } } } };
    expect(toApiTypes(same)).toEqual(same);
    expect(toIntegrationTypes(same)).toEqual(same);
  });

  it('are copied at every level: who changes the answer does not change what was given', () => {
    const given = { Item: { a: { L: [{ M: { x: { S: 'y' }, z: { N: '1' } } }] } }, n: 1 };
    const before = structuredClone(given);
    for (const map of [toApiTypes, toIntegrationTypes]) {
      const { Item } = map(given) as typeof given;
      const [first] = Item.a.L;
      if (first !== undefined) first.M.z.N = '2';
      Item.a.L.pop();
      Object.assign(Item, { b: null });
      expect(given).toEqual(before);
    }
  });

  it('leave a member by its name, whatever that is', () => {
    const item = '{"Item":{"__proto__":{"S":"x"},"a":{"S":"y"}}}';
    expect(JSON.stringify(toApiTypes(JSON.parse(item)))).toBe(item);
    expect(JSON.stringify(toIntegrationTypes(JSON.parse(item)))).toBe(item);
  });
});
