import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { problemAnswer } from '../../../../core/contracts/api-answers.ts';
import { errorCatalogue, StepkeyError, type ErrorName } from '../../../../core/errors.ts';
import { problemOf } from '../../../../core/problem.ts';
import { problemAnswerOf } from '../../../../functions/http/http-answer.ts';
import { eventOf, frontAtNoon, type Front } from '../../../support/callers-front.ts';
import { idClaimsOf } from '../../../support/tokens.ts';

let front: Front;
const names = Object.keys(errorCatalogue) as ErrorName[];
const bodyOf = (result: APIGatewayProxyResult) =>
  JSON.parse(result.body) as Record<string, unknown>;
const typed = (contentType: string | undefined): Partial<APIGatewayProxyEvent> => ({
  headers: { Authorization: eventOf().headers['Authorization'], 'Content-Type': contentType },
  body: '{}',
});

beforeEach(async () => {
  front = frontAtNoon();
  await front.register();
});

describe('a problem document', () => {
  it.each(names)('of %s is the constant one, with the request it belongs to', async (name) => {
    front.machine.failWith(name);
    const result = await front.handle(eventOf());
    const problem = problemOf(name);
    expect(result.statusCode).toBe(problem.status);
    expect(bodyOf(result)).toEqual({ ...problem, instance: 'request-1' });
    expect(() => problemAnswer.parse(bodyOf(result))).not.toThrow();
    expect(result.headers).toMatchObject({
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
    });
  });

  it.each(names)(
    'of %s says when to come back, and how to sign in, only where it helps',
    (name) => {
      const { headers } = problemAnswerOf(new StepkeyError(name), 'request-1', false);
      const { status, retryable } = errorCatalogue[name];
      expect(headers?.['Retry-After']).toBe(retryable ? '1' : undefined);
      const challenge = { 'Token.ScopeMissing': 'Bearer error="insufficient_scope"' }[
        name as string
      ];
      expect(headers?.['WWW-Authenticate']).toBe(
        status === 401 ? 'Bearer error="invalid_token"' : challenge,
      );
    },
  );

  it.each(names)('of %s has code and message in both spellings on container paths', (name) => {
    const body = bodyOf(problemAnswerOf(new StepkeyError(name), 'request-1', true));
    const { detail } = problemOf(name);
    // Who exists is not told.
    const told = name === 'Subject.Unavailable' ? 'Grant.Refused' : name;
    expect(body).toMatchObject({ code: told, message: detail, Code: told, Message: detail });
  });

  it('has them on no other path', () => {
    const body = bodyOf(problemAnswerOf(new StepkeyError('Grant.Refused'), 'request-1', false));
    expect(Object.keys(body)).toEqual(['type', 'title', 'status', 'detail', 'instance']);
  });

  it('of a container path is one there', async () => {
    const result = await front.handle(
      eventOf({
        httpMethod: 'GET',
        resource: '/v1/container-credentials/{grant}',
        pathParameters: { grant: 'payroll' },
      }),
    );
    expect(result.statusCode).toBe(403);
    expect(bodyOf(result)).toMatchObject({ code: 'Grant.Refused', Code: 'Grant.Refused' });
  });

  it('says among which grants to choose', async () => {
    const claims = idClaimsOf({ 'cognito:groups': ['readers', 'writers'] });
    const headers = { Authorization: front.present(claims) };
    const result = await front.handle(eventOf({ headers }));
    expect(result.statusCode).toBe(409);
    expect(bodyOf(result)['choices']).toEqual(['own-files', 'team-read']);
  });

  it('shows nothing of a programmer’s mistake', async () => {
    front.machine.endIn(() => {
      throw new TypeError('Correct-horse-1');
    });
    const result = await front.handle(eventOf());
    expect(bodyOf(result)).toEqual({ ...problemOf('Config.Invalid'), instance: 'request-1' });
  });
});

describe('a malformed request is refused with its faults', () => {
  it.each<[string, string, RegExp]>([
    ['an unknown field', '{"grnt":"own-files"}', /grnt/],
    ['a field of the other kind of request', '{"subject":"users:a"}', /subject/],
    ['a grant that is a number', '{"grant":1}', /^grant: /],
    ['an empty grant', '{"grant":""}', /^grant: /],
    ['a grant of 65 characters', `{"grant":"${'a'.repeat(65)}"}`, /^grant: /],
    ['a grant that is null', '{"grant":null}', /^grant: /],
    ['a role that is too short', '{"roleArn":"arn"}', /^roleArn: /],
    ['a role that is a flag', '{"roleArn":true}', /^roleArn: /],
    ['a life of 299 s', '{"minTtlSeconds":299}', /^minTtlSeconds: /],
    ['a life of 43,001 s', '{"minTtlSeconds":43001}', /^minTtlSeconds: /],
    ['a life of half a second more', '{"minTtlSeconds":600.5}', /^minTtlSeconds: /],
    ['a life in words', '{"minTtlSeconds":"600"}', /^minTtlSeconds: /],
    ['a life beyond the session', '{"minTtlSeconds":3600}', /^minTtlSeconds: /],
    ['a list', '[]', /./],
    ['a text', '"own-files"', /./],
    ['null', 'null', /./],
    ['no JSON', '{"grant":', /^the body is not JSON, repeats a key/],
    ['a key given twice', '{"grant":"a","grant":"b"}', /^the body is not JSON, repeats a key/],
    ['a form', 'grant=own-files', /^the body is not JSON, repeats a key/],
  ])('%s', async (_, body, fault) => {
    const result = await front.handle(eventOf({ body }));
    expect(result.statusCode).toBe(400);
    const { faults, ...problem } = bodyOf(result);
    expect(problem).toEqual({ ...problemOf('Request.Malformed'), instance: 'request-1' });
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(front.journal).toEqual(['verify']);
  });

  it('names every fault at once', async () => {
    const result = await front.handle(eventOf({ body: '{"grant":1,"minTtlSeconds":1,"a":1}' }));
    expect(bodyOf(result)['faults']).toHaveLength(3);
  });

  it('never repeats a value', async () => {
    const body = JSON.stringify({ grant: ['Correct-horse-1'], roleArn: 'Correct-horse-1' });
    expect((await front.handle(eventOf({ body }))).body).not.toContain('Correct-horse');
    const broken = await front.handle(eventOf({ body: '{"grant":"Correct-horse-1' }));
    expect(broken.body).not.toContain('Correct-horse');
  });

  it.each<[string, Partial<APIGatewayProxyEvent>]>([
    ['POST /v1/credentials', { queryStringParameters: { grant: 'own-files' } }],
    ['POST /v1/decisions', { resource: '/v1/decisions', queryStringParameters: { a: '1' } }],
    [
      'GET /v1/identity',
      { httpMethod: 'GET', resource: '/v1/identity', queryStringParameters: { a: '1' } },
    ],
    [
      'GET /v1/container-credentials/{grant}',
      {
        httpMethod: 'GET',
        resource: '/v1/container-credentials/{grant}',
        pathParameters: { grant: 'own-files' },
        queryStringParameters: { minTtlSeconds: '600' },
      },
    ],
    [
      'GET /v1/container-credentials/{grant}, of a role',
      {
        httpMethod: 'GET',
        resource: '/v1/container-credentials/{grant}',
        pathParameters: { grant: 'own-files' },
        queryStringParameters: { roleArn: '' },
      },
    ],
  ])('an unknown query parameter of %s', async (_, changes) => {
    const result = await front.handle(eventOf(changes));
    expect(result.statusCode).toBe(400);
    expect(bodyOf(result)['faults']).toHaveLength(1);
  });

  it('a query parameter that is there twice, even with one value', async () => {
    const roleArn = 'arn:aws:iam::123456789012:role/r';
    const result = await front.handle(
      eventOf({
        httpMethod: 'GET',
        resource: '/v1/container-credentials/{grant}',
        pathParameters: { grant: 'own-files' },
        queryStringParameters: { roleArn },
        multiValueQueryStringParameters: { roleArn: [roleArn, roleArn] },
      }),
    );
    expect(result.statusCode).toBe(400);
    expect(bodyOf(result)['faults']).toEqual(['roleArn: may be given once']);
  });

  it.each(['POST /v1/credentials', 'POST /v1/decisions'])('at %s alike', async (route) => {
    const resource = route.split(' ')[1] ?? '';
    expect((await front.handle(eventOf({ resource, body: '{"a":1}' }))).statusCode).toBe(400);
  });
});

describe('a request of another kind', () => {
  it.each<[string, Partial<APIGatewayProxyEvent>, number]>([
    ['with a body of 16 KiB and a byte', { body: `{${' '.repeat(16_383)}}` }, 413],
    ['with a body of fewer characters but more bytes', { body: `"${'é'.repeat(8192)}"` }, 413],
    [
      'with a large body in base64',
      { body: Buffer.alloc(16_385, ' ').toString('base64'), isBase64Encoded: true },
      413,
    ],
    ['of no media type', typed(undefined), 415],
    ['of another media type', typed('text/plain'), 415],
    ['of a form', typed('application/x-www-form-urlencoded'), 415],
    ['of a cousin of JSON', typed('application/jsonp'), 415],
    ['of a problem', typed('application/problem+json'), 415],
    ['at an unknown path', { resource: '/v1/nowhere' }, 404],
    ['by another method', { httpMethod: 'DELETE' }, 404],
    ['by a method in lower case', { httpMethod: 'post' }, 404],
  ])('is refused %s', async (_, changes, status) => {
    const result = await front.handle(eventOf(changes));
    expect(result.statusCode).toBe(status);
    expect(bodyOf(result)).toMatchObject({ status, instance: 'request-1' });
    expect(front.table.denials).toEqual([]);
  });
});
