import { describe, expect, it } from '@jest/globals';

import { readEnvironment, variables } from '../../../adapters/environment.ts';
import type { StepkeyError } from '../../../core/errors.ts';
import {
  exampleEnvironment as environment,
  templateValues,
  userPools,
} from '../../support/function-environment.ts';
import { refusalOf } from '../../support/refusal.ts';

const failureOf = (changed: Record<string, string | undefined>): StepkeyError =>
  refusalOf(() => readEnvironment({ ...environment, ...changed }, variables));

describe('readEnvironment', () => {
  it('reads every variable, JSON parsed', () => {
    expect(readEnvironment(environment, variables)).toEqual({
      ...environment,
      AWS_ENDPOINT_URL: null,
      USER_POOLS: userPools,
      TEMPLATE_VALUES: templateValues,
      CORS_ORIGINS: [],
      SPOKE_DENY_POLICIES: [],
      LONGEST_SESSION_SECONDS: 3600,
      RECONCILES_GROUPS: true,
      SUBJECTS_PER_RUN: 250,
      WARRANT_SECONDS: 43_200,
    });
  });

  it('reads only what it is asked for', () => {
    const { TABLE_NAME } = variables;
    expect(readEnvironment({ TABLE_NAME: 'table' }, { TABLE_NAME })).toEqual({
      TABLE_NAME: 'table',
    });
  });

  it('knows an endpoint that is overridden', () => {
    const { AWS_ENDPOINT_URL } = variables;
    const read = (AWS_ENDPOINT: string) =>
      readEnvironment({ AWS_ENDPOINT_URL: AWS_ENDPOINT }, { AWS_ENDPOINT_URL }).AWS_ENDPOINT_URL;
    expect(read('http://127.0.0.1:8701')).toBe('http://127.0.0.1:8701');
    expect(read('')).toBeNull();
  });

  it('names all that is missing or invalid together, and no value', () => {
    const failure = failureOf({
      TABLE_NAME: undefined,
      DEVELOPER_PROVIDER: '',
      IDENTITY_MODE: 'secret-value',
      USER_POOLS: '{"secret-value"',
    });
    expect(failure.name).toBe('Config.Invalid');
    expect(failure.faults).toEqual([
      'TABLE_NAME is missing',
      'USER_POOLS is invalid',
      'DEVELOPER_PROVIDER is missing',
      'IDENTITY_MODE is invalid',
    ]);
    expect(JSON.stringify(failure)).not.toContain('secret-value');
  });

  it.each([
    ['USER_POOLS', '[]'],
    ['USER_POOLS', JSON.stringify([{ ...userPools[0], issuer: 'http://example.com' }])],
    ['USER_POOLS', JSON.stringify([{ ...userPools[0], clients: { app: 1 } }])],
    ['USER_POOLS', JSON.stringify([userPools[0], { ...userPools[0], alias: 'others' }])],
    ['TEMPLATE_VALUES', JSON.stringify({ ...templateValues, accountId: 1 })],
    ['CORS_ORIGINS', '"*"'],
    ['SEALING_KEY_ARN', 'alias/stepkey'],
    ['AWS_ENDPOINT_URL', 'ftp://example.com'],
  ])('refuses %s when it is %s', (name, value) => {
    expect(failureOf({ [name]: value }).faults).toEqual([`${name} is invalid`]);
  });
});
