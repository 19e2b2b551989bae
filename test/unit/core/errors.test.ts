import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { errorCatalogue, isErrorName, StepkeyError, type ErrorName } from '../../../core/errors.ts';
import {
  containerFieldsOf,
  problemMediaType,
  problemOf,
  toldNameOf,
} from '../../../core/problem.ts';

const names = Object.keys(errorCatalogue) as ErrorName[];
const secret = 'Correct-horse-1';

describe('an error of the catalogue', () => {
  it.each(names)('%s says the public sentence whatever caused it', (name) => {
    const error = new StepkeyError(name, { cause: new Error(secret) });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.message).toBe(errorCatalogue[name].detail);
  });

  it('keeps its cause from everything that prints fields', () => {
    const cause = new Error(secret);
    const error = new StepkeyError('Sealing.Failed', { cause });
    expect(error.cause).toBe(cause);
    expect(Object.keys(error)).not.toContain('cause');
    expect(JSON.stringify(error)).not.toContain(secret);
    expect(JSON.stringify(Object.entries(error))).not.toContain(secret);
  });

  it('has no cause where none was given', () => {
    expect('cause' in new StepkeyError('Sealing.Failed')).toBe(false);
  });

  it('holds choices, faults and whether it is recorded only as they were given', () => {
    expect(new StepkeyError('Grant.Refused')).toMatchObject({
      choices: undefined,
      faults: undefined,
      isRecorded: false,
    });
    expect(
      new StepkeyError('Grant.Ambiguous', { choices: ['a'], faults: ['b'], isRecorded: true }),
    ).toMatchObject({ choices: ['a'], faults: ['b'], isRecorded: true });
  });

  it('shows its literal name in a stack, as a log would print it', () => {
    expect(inspect(new StepkeyError('Token.Invalid'))).toContain('Token.Invalid');
  });
});

describe('the catalogue', () => {
  it('tells names from properties of every object', () => {
    expect(names.every(isErrorName)).toBe(true);
    expect(['constructor', 'toString', '__proto__', '', 'Token'].some(isErrorName)).toBe(false);
  });

  it.each(names)('gives %s a name that collides with none of AWS’s', (name) => {
    expect(name).toMatch(
      /^(Request|Token|Actor|Grant|Role|Session|Subject|Identity|Revocation|Quota|Batch|Upstream|Sealing|Config)\.[A-Z][A-Za-z]+$/,
    );
  });

  it.each(names)('has for %s a type, a title and a sentence', (name) => {
    const { type, title, detail } = errorCatalogue[name];
    expect(type).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^[A-Z].*[a-z]$/);
    expect(detail).toMatch(/^[A-Z].*\.$/);
  });

  it('calls these a refusal, of which the ledger has a record, and no others', () => {
    expect(names.filter((name) => errorCatalogue[name].denial)).toEqual([
      ...['Token.Invalid', 'Token.Expired', 'Token.ScopeMissing', 'Actor.Refused'],
      ...['Subject.Unavailable', 'Grant.Refused', 'Grant.Ambiguous', 'Role.NotMapped'],
      ...['Role.Ambiguous', 'Session.ValueRefused', 'Session.PolicyTooLarge', 'Subject.Revoked'],
      ...['Identity.Conflict', 'Identity.LoginRequired'],
    ]);
  });

  it('lets nothing be both a refusal and worth repeating', () => {
    expect(
      names.filter((name) => errorCatalogue[name].denial && errorCatalogue[name].retryable),
    ).toEqual([]);
  });

  it('answers 503 exactly where repeating may help', () => {
    for (const name of names) {
      expect([name, errorCatalogue[name].status === 503]).toEqual([
        name,
        errorCatalogue[name].retryable,
      ]);
    }
  });

  it('calls no failure of the server a refusal', () => {
    expect(
      names.filter((name) => errorCatalogue[name].denial && errorCatalogue[name].status >= 500),
    ).toEqual([]);
  });

  it.each<[ErrorName, ErrorName]>([
    ['Token.Invalid', 'Token.Expired'],
    ['Sealing.Failed', 'Config.Invalid'],
  ])('shows callers no difference between %s and %s', (one, other) => {
    expect(problemOf(one)).toEqual(problemOf(other));
  });
});

describe('a problem', () => {
  it.each(names)('of %s has the four members of RFC 9457, and no more', (name) => {
    const { type, title, status, detail } = errorCatalogue[name];
    expect(problemOf(name)).toEqual({
      type: `https://stepkey.dev/problems/${type}`,
      title,
      status,
      detail,
    });
  });

  it('has one title and status for each type', () => {
    const byType = new Map<string, string>();
    for (const name of names) {
      const { type, title, status } = problemOf(name);
      expect(byType.get(type) ?? `${title} ${String(status)}`).toBe(`${title} ${String(status)}`);
      byType.set(type, `${title} ${String(status)}`);
    }
  });

  it('tells of a subject that is unknown or disabled as of a grant that was refused', () => {
    expect(names.filter((name) => toldNameOf(name) !== name)).toEqual(['Subject.Unavailable']);
    expect(toldNameOf('Subject.Unavailable')).toBe('Grant.Refused');
    const { detail } = errorCatalogue['Grant.Refused'];
    expect(containerFieldsOf('Subject.Unavailable')).toEqual({
      code: 'Grant.Refused',
      message: detail,
      Code: 'Grant.Refused',
      Message: detail,
    });
  });

  it('has the media type of RFC 9457', () => {
    expect(problemMediaType).toBe('application/problem+json');
  });
});
