import { describe, expect, it } from '@jest/globals';
import { noValue, resolve } from '../../../../local/deploy/intrinsics.ts';
import type { Scope } from '../../../../local/deploy/intrinsics.ts';

const scope: Scope = {
  ref: (id) =>
    ({ Bucket: 'files', 'AWS::Region': 'us-east-1', Count: 3, 'AWS::NoValue': noValue })[id],
  attribute: (id, name) => `${id}.${name}`,
  imported: (name) => `import:${name}`,
  condition: (name) => name === 'Yes',
  mapping: (...path) => path.join('/'),
};

describe('resolve', () => {
  it.each([
    [{ Ref: 'Bucket' }, 'files'],
    [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 'Role.Arn'],
    [{ 'Fn::GetAtt': 'Role.Arn' }, 'Role.Arn'],
    [{ 'Fn::Join': [':', ['a', { Ref: 'Bucket' }, { Ref: 'Count' }]] }, 'a:files:3'],
    [{ 'Fn::Sub': 'x-${Bucket}-${Role.Arn}-${!Literal}' }, 'x-files-Role.Arn-${Literal}'],
    [{ 'Fn::Sub': ['${Own}-${AWS::Region}', { Own: { Ref: 'Bucket' } }] }, 'files-us-east-1'],
    [{ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [{ 'Fn::ImportValue': { 'Fn::Join': ['', ['Stack', ':Out']] } }, 'import:Stack:Out'],
    [{ 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'key'] }, 'M/us-east-1/key'],
    [{ 'Fn::If': ['Yes', 'then', 'else'] }, 'then'],
    [{ 'Fn::If': ['No', 'then', { Ref: 'Bucket' }] }, 'files'],
    [{ 'Fn::Not': [{ Condition: 'Yes' }] }, false],
    [{ 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Equals': ['a', 'a'] }] }, true],
    [{ 'Fn::Or': [{ Condition: 'No' }, { 'Fn::Equals': ['a', 'b'] }] }, false],
  ])('evaluates %j', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it('evaluates at every depth and leaves the rest as it is', () => {
    const value = { a: [{ b: { Ref: 'Bucket' } }, 1, null, true], c: 'text' };
    expect(resolve(value, scope)).toEqual({ a: [{ b: 'files' }, 1, null, true], c: 'text' });
  });

  it('leaves out what AWS::NoValue stands for, in objects and in lists', () => {
    const value = { gone: { Ref: 'AWS::NoValue' }, list: [{ Ref: 'AWS::NoValue' }, 'kept'] };
    expect(resolve(value, scope)).toEqual({ list: ['kept'] });
  });

  it("takes a policy's Condition block for data", () => {
    const statement = { Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    expect(resolve(statement, scope)).toEqual(statement);
  });

  it('names a function that it does not evaluate', () => {
    expect(() => resolve({ 'Fn::Cidr': ['10.0.0.0/8', 2, 8] }, scope)).toThrow(
      expect.objectContaining({
        name: 'DeployError',
        message: expect.stringContaining('Fn::Cidr'),
      }),
    );
  });
});
