import { describe, expect, it } from '@jest/globals';
import { candidatesAmong } from '../../../../core/grants/candidates.ts';
import { callerOf } from '../../../support/callers.ts';
import { grantOf } from '../../../support/grants.ts';

const inGroups = (...anyOf: string[]) => ({ when: { groups: { anyOf } } });
const of = (rules: readonly object[], name: string) => grantOf({ rules }, name);
const forPeople = { when: { kind: 'person' } };
const grants = [
  of([inGroups('a', 'b'), forPeople], 'both'),
  of([inGroups('a'), inGroups('b')], 'group'),
  of([{ when: { groups: { allOf: ['b', 'c'] } } }], 'all'),
  of([{ effect: 'refuse', when: { groups: { anyOf: ['z'] } } }, inGroups('a')], 'refusing'),
];
const namesFor = (groups: readonly string[], named: string | null = null) =>
  candidatesAmong(grants, named, callerOf({ groups })).map(({ name }) => name);

describe('[SEC-02] the candidates of a decision', () => {
  it('are for somebody without groups those of which a rule asks for none', () => {
    expect(namesFor([])).toEqual(['both']);
  });

  it('are those of each group, each once and in the order of all', () => {
    expect(namesFor(['b', 'a'])).toEqual(['both', 'group', 'all', 'refusing']);
    expect(namesFor(['a'])).toEqual(['both', 'group', 'refusing']);
    expect(namesFor(['b'])).toEqual(['both', 'group', 'all']);
  });

  it('are not those whose group only refuses', () => {
    expect(namesFor(['z'])).toEqual(['both']);
  });

  it('are the one that is named, whoever asks, or none', () => {
    expect(namesFor([], 'refusing')).toEqual(['refusing']);
    expect(namesFor(['a'], 'nowhere')).toEqual([]);
  });
});
