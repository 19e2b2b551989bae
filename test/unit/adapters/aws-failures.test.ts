import { describe, expect, it } from '@jest/globals';

import { awsFailure } from '../../../adapters/aws-failures.ts';
import { StepkeyError } from '../../../core/errors.ts';

const errorWith = (members: Record<string, unknown>) => Object.assign(new Error('text'), members);

describe('awsFailure', () => {
  it.each([
    ['ECONNREFUSED', 'Upstream.Unavailable'],
    ['ECONNRESET', 'Upstream.Unavailable'],
    ['ENOTFOUND', 'Upstream.Unavailable'],
    ['EPIPE', 'Upstream.Unavailable'],
    ['ERR_INVALID_URL', 'Upstream.Misconfigured'],
  ])('takes the connection failure %s for %s', (code, name) => {
    expect(awsFailure(errorWith({ code })).name).toBe(name);
  });

  it.each([
    ['TimeoutError', 'Upstream.Unavailable'],
    ['AbortError', 'Upstream.Unavailable'],
    ['CredentialsProviderError', 'Upstream.Misconfigured'],
    ['Error', 'Upstream.Misconfigured'],
  ])('takes %s without a status for %s', (errorName, name) => {
    expect(awsFailure(errorWith({ name: errorName })).name).toBe(name);
  });

  it.each([
    [200, 'Upstream.Unavailable'],
    [400, 'Upstream.Misconfigured'],
    [403, 'Upstream.Misconfigured'],
    [429, 'Upstream.Throttled'],
    [500, 'Upstream.Unavailable'],
    [503, 'Upstream.Unavailable'],
  ])('takes an unknown name of status %i for %s', (httpStatusCode, name) => {
    const error = errorWith({ name: 'NeverHeardOf', $metadata: { httpStatusCode } });
    expect(awsFailure(error).name).toBe(name);
  });

  it('believes the SDK when it marks an error as throttling', () => {
    expect(awsFailure(errorWith({ $retryable: { throttling: true } })).name).toBe(
      'Upstream.Throttled',
    );
  });

  it('lets a row of the call win over what the name means elsewhere', () => {
    const error = errorWith({ name: 'ThrottlingException' });
    expect(awsFailure(error, { ThrottlingException: 'Quota.Exhausted' }).name).toBe(
      'Quota.Exhausted',
    );
  });

  it('hands on what was translated already', () => {
    const error = new StepkeyError('Grant.Refused');
    expect(awsFailure(error)).toBe(error);
  });

  it('keeps the original as a cause that is not enumerable', () => {
    const error = errorWith({ code: 'EPIPE' });
    const failure = awsFailure(error);
    expect(failure.cause).toBe(error);
    expect(Object.keys(failure)).not.toContain('cause');
  });

  it('drops a cause that quotes a secret, and keeps its name', () => {
    const error = errorWith({
      name: 'ValidationException',
      message: "Value 'secret-token' is bad",
    });
    expect(awsFailure(error, {}, ['secret-token']).cause).toEqual(new Error('ValidationException'));
  });

  it.each([undefined, null, 'text', 7])('takes the thrown %p for a misconfiguration', (thrown) => {
    expect(awsFailure(thrown).name).toBe('Upstream.Misconfigured');
  });
});
