import { describe, expect, it } from '@jest/globals';
import { startEvents } from './support.ts';

const seen = (delivered: readonly { readonly payload: string }[]): unknown[] =>
  delivered.map(({ payload }) => JSON.parse(payload) as unknown);

describe('what a target receives', () => {
  const detail = { id: 'i-1', text: 'say "hi"', list: [{ n: 1 }, { n: 2 }], 'a/b': null };
  it.each<[string, Record<string, unknown>, string]>([
    ['a constant', { Input: '{"fixed": 1}' }, '{"fixed": 1}'],
    ['a part', { InputPath: '$.detail.list[1]' }, '{"n":2}'],
    ['every part', { InputPath: '$.detail.list[*].n' }, '[1,2]'],
    ['a part with a slash', { InputPath: '$.detail.a/b' }, 'null'],
    ['nothing', { InputPath: '$.detail.none' }, 'null'],
  ])('is %s', async (_what, target, payload) => {
    const { rule, send, service, delivered } = await startEvents();
    await rule('r', 'app', target);
    await send('app', detail);
    await service.settled();
    expect(delivered[0]?.payload).toBe(payload);
  });

  it.each([
    ['{"i": <id>, "s": "is <id>"}', '{"i": "i-1", "s": "is i-1"}'],
    ['{"t": <text>, "s": "it: <text>"}', '{"t": "say \\"hi\\"", "s": "it: say \\"hi\\""}'],
    ['{"l": <list>}', '{"l": [{"n":1},{"n":2}]}'],
    ['{"s": "<list>"}', '{"s": "[{\\"n\\":1},{\\"n\\":2}]"}'],
    ['{"none": <none>, "s": "<none>"}', '{"none": "", "s": ""}'],
    ['"\\"<id>\\" went"', '"\\"i-1\\" went"'],
    ['<id> is <n>', 'i-1 is 1'],
    ['{"r": <aws.events.rule-name>}', '{"r": "r"}'],
    ['{"r": <aws.events.rule-arn>}', '{"r": "arn:aws:events:us-east-1:123456789012:rule/r"}'],
    ['{"t": <aws.events.event.ingestion-time>}', '{"t": "2026-11-21T10:00:00.500Z"}'],
  ])('is the template %s filled: %s', async (InputTemplate, payload) => {
    const { rule, send, service, delivered } = await startEvents();
    const InputPathsMap = {
      id: '$.detail.id',
      text: '$.detail.text',
      list: '$.detail.list',
      n: '$.detail.list[0].n',
      none: '$.detail.none',
    };
    await rule('r', 'app', { InputTransformer: { InputPathsMap, InputTemplate } });
    await send('app', detail);
    await service.settled();
    expect(delivered[0]?.payload).toBe(payload);
  });

  it('may be a template with the event, with or without its detail', async () => {
    const { rule, send, service, delivered } = await startEvents();
    const InputTemplate = '{"bare": <aws.events.event>, "all": <aws.events.event.json>}';
    await rule('r', 'app', { InputTransformer: { InputTemplate } });
    await send('app', detail);
    await service.settled();
    const [payload] = seen(delivered) as [{ bare: Record<string, unknown>; all: unknown }];
    expect(payload.all).toEqual({ ...payload.bare, detail });
    expect(payload.bare).not.toHaveProperty('detail');
  });
});
