import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { deployStacks } from '../../../../local/deploy/deploy.ts';
import { defineHandler } from '../../../../local/deploy/resource-handler.ts';
import type { ResourceHandler } from '../../../../local/deploy/resource-handler.ts';
import type { Template } from '../../../../local/deploy/template.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import type { Store } from '../../../../local/state/store.ts';

const first: Template = {
  Resources: {
    Late: { Type: 'Test::Thing', Properties: { text: { 'Fn::GetAtt': ['Early', 'Arn'] } } },
    Early: { Type: 'Test::Thing', Properties: { text: 'early' } },
  },
  Outputs: {
    EarlyId: { Value: { Ref: 'Early' }, Export: { Name: 'First:Early' } },
  },
};
const second: Template = {
  Resources: {
    User: { Type: 'Test::Thing', Properties: { text: { 'Fn::ImportValue': 'First:Early' } } },
  },
};

const recorder = () => {
  const made: string[] = [];
  const removed: string[] = [];
  const handler: ResourceHandler = defineHandler(
    z.object({ text: z.string() }),
    ({ logicalId, properties, previousId }) => {
      made.push(`${logicalId}=${properties.text}`);
      return { id: previousId ?? `id-of-${logicalId}`, attributes: { Arn: `arn:${logicalId}` } };
    },
    ({ id }) => {
      removed.push(id);
      return Promise.resolve();
    },
  );
  return { made, removed, handlers: { 'Test::Thing': handler } };
};

const deploy = (
  templates: Readonly<Record<string, Template>>,
  handlers: Record<string, ResourceHandler>,
  store: Store = memoryStore(),
) =>
  deployStacks({
    templates: Object.entries(templates).map(([stackName, template]) => ({ stackName, template })),
    handlers,
    store,
    pseudoParameters: { 'AWS::Region': 'us-east-1' },
  });

describe('deployStacks', () => {
  it('makes each resource after those that it refers to, across stacks', async () => {
    const { made, handlers } = recorder();
    const stacks = await deploy({ First: first, Second: second }, handlers);
    expect(made).toEqual(['Early=early', 'Late=arn:Early', 'User=id-of-Early']);
    expect(stacks.output('First', 'EarlyId')).toBe('id-of-Early');
  });

  it('hands a resource its physical id again at the next deployment', async () => {
    const store = memoryStore();
    await deploy({ First: first }, recorder().handlers, store);
    const ids: (string | undefined)[] = [];
    const again = defineHandler(z.unknown(), ({ previousId }) => {
      ids.push(previousId);
      return { id: previousId ?? 'another', attributes: { Arn: 'arn' } };
    });
    await deploy({ First: first }, { 'Test::Thing': again }, store);
    expect(ids).toEqual(['id-of-Early', 'id-of-Late']);
  });

  it('removes what a template no longer has, unless it is to be retained', async () => {
    const store = memoryStore();
    const { removed, handlers } = recorder();
    const kept = { Type: 'Test::Thing', Properties: { text: 'k' }, DeletionPolicy: 'Retain' };
    await deploy({ First: { Resources: { ...first.Resources, Kept: kept } } }, handlers, store);
    await deploy(
      { First: { Resources: { Early: first.Resources['Early'] ?? kept } } },
      handlers,
      store,
    );
    expect(removed).toEqual(['id-of-Late']);
  });

  it('leaves out resources whose condition does not hold', async () => {
    const { made, handlers } = recorder();
    await deploy(
      {
        First: {
          Conditions: { Elsewhere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] } },
          Resources: {
            Maybe: { Type: 'Test::Thing', Condition: 'Elsewhere', Properties: { text: 'm' } },
            Always: { Type: 'Test::Thing', Properties: { text: 'a' } },
          },
        },
      },
      handlers,
    );
    expect(made).toEqual(['Always=a']);
  });

  it.each([
    ['an unknown type', { A: { Type: 'AWS::Unknown::Thing' } }, 'AWS::Unknown::Thing'],
    [
      'a circle of references',
      {
        A: { Type: 'Test::Thing', Properties: { text: { Ref: 'B' } } },
        B: { Type: 'Test::Thing', DependsOn: 'A' },
      },
      'A, B, A',
    ],
    ['properties of the wrong shape', { A: { Type: 'Test::Thing', Properties: {} } }, 'text'],
    [
      'a reference to nothing',
      { A: { Type: 'Test::Thing', Properties: { text: { Ref: 'X' } } } },
      'X',
    ],
  ])('refuses %s and names it', async (_case, resources, named) => {
    await expect(deploy({ First: { Resources: resources } }, recorder().handlers)).rejects.toThrow(
      expect.objectContaining({ name: 'DeployError', message: expect.stringContaining(named) }),
    );
  });
});
