import { describe, expect, it } from '@jest/globals';

import { AwsError } from '../../../../local/aws.ts';
import {
  parseQueryCall,
  renderQueryError,
  renderQueryResult,
} from '../../../../local/wire/query-protocol.ts';

const parse = (body: string) =>
  parseQueryCall({
    method: 'POST',
    path: '/',
    query: [],
    headers: new Map(),
    body: Buffer.from(body),
    sourceIp: '127.0.0.1',
  });

const head = 'Action=AssumeRole&Version=2011-06-15&';

describe('a form', () => {
  it('becomes the input of the SDK’s shape', () => {
    const form = 'RoleArn=a%3Ab&Tags.member.2.Key=y&Tags.member.1.Key=x&Tags.member.1.Value=+1';
    expect(parse(head + form)).toEqual({
      service: 'sts',
      operation: 'AssumeRole',
      input: { RoleArn: 'a:b', Tags: [{ Key: 'x', Value: ' 1' }, { Key: 'y' }] },
    });
  });

  it.each([
    ['', 'InvalidAction'],
    ['Action=AssumeRole', 'InvalidAction'],
    ['Action=AssumeRole&Version=2010-05-08', 'InvalidAction'],
    ['Action=..%2F&Version=2011-06-15', 'InvalidAction'],
    [`${head}a=%zz`, 'MalformedQueryString'],
    [`${head}a=1&a.b=2`, 'MalformedQueryString'],
    [`${head}a.member.x=1`, 'MalformedQueryString'],
    [`${head}a.member.0=1`, 'MalformedQueryString'],
    [`${head}a.b.c.d.e.f.g.h.i=1`, 'MalformedQueryString'],
    [`${head}a..b=1`, 'MalformedQueryString'],
  ])('%j is refused with %s', (body, code) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ code }));
  });

  it('cannot reach an object’s prototype', () => {
    const { input } = parse(`${head}__proto__.polluted=1`);
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('an answer', () => {
  it('is XML in STS’s namespace, with times in whole seconds', () => {
    const result = { Credentials: { Expiration: new Date(1_800_000_000_500) }, Text: '<&>"\r' };
    expect(renderQueryResult(result, 'AssumeRole', 'r-1').body).toBe(
      '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>' +
        '<Credentials><Expiration>2027-01-15T08:00:00Z</Expiration></Credentials>' +
        '<Text>&lt;&amp;&gt;&quot;&#xD;</Text></AssumeRoleResult>' +
        '<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></AssumeRoleResponse>',
    );
  });

  it('of a refusal has the wire’s code, not the shape’s name', () => {
    const error = new AwsError('InvalidIdentityTokenException', 'No', {
      wireCode: 'InvalidIdentityToken',
    });
    expect(renderQueryError(error, 'r-1')).toEqual({
      status: 400,
      headers: { 'content-type': 'text/xml' },
      body:
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
        '<Code>InvalidIdentityToken</Code><Message>No</Message></Error>' +
        '<RequestId>r-1</RequestId></ErrorResponse>',
    });
  });
});
