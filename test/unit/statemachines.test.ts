import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errorCatalogue, isErrorName } from '../../core/errors.ts';

const text = readFileSync(
  join(import.meta.dirname, '../../statemachines/issue-credentials.asl.json'),
  'utf8',
);

interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly { readonly ErrorEquals: string[]; readonly Comment?: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: string[] }[];
  readonly Choices?: readonly { readonly Condition: string }[];
}
const { States: states } = JSON.parse(text) as { States: Record<string, State> };
const named = Object.entries(states);
const awsErrors = /^(States|Lambda|DynamoDb)\.[A-Za-z]+$/;

describe('issue-credentials', () => {
  it('names only errors of the catalogue or of AWS', () => {
    const names = named.flatMap(([, { Retry = [], Catch = [] }]) =>
      [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals),
    );
    expect(names.filter((name) => !isErrorName(name) && !awsErrors.test(name))).toEqual([]);
    const assigned = [...text.matchAll(/"error": "([^{][^"]*)"/g)].map((match) => match[1] ?? '');
    expect(assigned.filter((name) => !isErrorName(name))).toEqual([]);
  });

  it('records as denials exactly what the catalogue calls denials', () => {
    const listed = states['IsDenial']?.Choices?.[0]?.Condition.match(/'([^']+)'/g) ?? [];
    const denials = Object.entries(errorCatalogue)
      .filter(([, { denial }]) => denial)
      .map(([name]) => `'${name}'`);
    expect(listed).toEqual(denials);
  });

  it('retries transient errors only, and says how long', () => {
    for (const [, { Retry = [] }] of named) {
      for (const { ErrorEquals, Comment } of Retry) {
        expect(Comment).toMatch(/Waits at most \d+ s/);
        expect(ErrorEquals).not.toContain('States.ALL');
        for (const name of ErrorEquals.filter(isErrorName)) {
          expect(errorCatalogue[name].retryable).toBe(true);
        }
      }
    }
  });

  /** What nobody waits for twice. */
  const unrepeated = ['WarmExchange'];

  it('gives each state a purpose, and each task a limit, a retry and a catch', () => {
    for (const [name, state] of named) {
      expect(state.Comment).toMatch(/\.( control SEC-\d\d)?$/);
      if (state.Type !== 'Task') continue;
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      if (unrepeated.includes(name)) expect(state.Retry).toBeUndefined();
      else expect(state.Retry?.length).toBeGreaterThan(0);
      expect(state.Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
    }
  });

  it('ends every failure in a Fail state', () => {
    expect(named.filter(([, { Type }]) => Type === 'Fail').map(([name]) => name)).toEqual([
      'Denied',
      'Failed',
    ]);
  });

  it("uses no attribute type that the SDK integration spells otherwise than DynamoDB's API", () => {
    expect(text).not.toMatch(/\b(BOOL|NULL|SS|NS|BS|Bool|Nul)\b/);
  });

  it('has no field for an unsealed secret', () => {
    expect(text).not.toMatch(/secretAccessKey|sessionToken|"openIdToken"|"idToken"|password/i);
  });
});
