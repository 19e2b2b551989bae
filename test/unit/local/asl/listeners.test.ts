import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { runScripted } from './scripted-run.ts';

/** Node warns of a leak from the eleventh listener of one signal on. */
const mostListeners = 10;

const task = {
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:dynamodb:getItem',
  TimeoutSeconds: 5,
};
const mapOf = (mode: 'INLINE' | 'DISTRIBUTED') => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: {
          Mode: mode,
          ...(mode === 'DISTRIBUTED' && { ExecutionType: 'EXPRESS' }),
        },
        StartAt: 'Ask',
        States: { Ask: { ...task, End: true } },
      },
      End: true,
    },
  },
});
const items = Array.from({ length: 30 }, (_, index) => index);

describe('a Map of 30 at a time', () => {
  const listeners = new Map<EventTarget, number>();
  let most = 0;

  beforeEach(() => {
    listeners.clear();
    most = 0;
    const original = Object.getOwnPropertyDescriptors(EventTarget.prototype);
    jest.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (
      this: EventTarget,
      ...args: Parameters<EventTarget['addEventListener']>
    ) {
      const count = (listeners.get(this) ?? 0) + 1;
      listeners.set(this, count);
      most = Math.max(most, count);
      original.addEventListener.value?.apply(this, args);
    });
    jest.spyOn(EventTarget.prototype, 'removeEventListener').mockImplementation(function (
      this: EventTarget,
      ...args: Parameters<EventTarget['removeEventListener']>
    ) {
      listeners.set(this, (listeners.get(this) ?? 0) - 1);
      original.removeEventListener.value?.apply(this, args);
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each(['INLINE', 'DISTRIBUTED'] as const)(
    'has no signal that many listen to, and leaves no listener (%s)',
    async (mode) => {
      const { outcome } = await runScripted(mapOf(mode), items, {
        Ask: [{ takesMillis: 1000, result: {} }],
      });
      expect(outcome.status).toBe('SUCCEEDED');
      expect(most).toBeLessThanOrEqual(mostListeners);
      expect([...listeners.values()].filter((count) => count > 0)).toEqual([]);
    },
  );

  it.each(['INLINE', 'DISTRIBUTED'] as const)(
    'still ends all of them when one fails (%s)',
    async (mode) => {
      const { outcome, elapsedMillis } = await runScripted(mapOf(mode), items, {
        Ask: [
          { takesMillis: 1000, error: 'Some.Error' },
          { takesMillis: 4000, result: {} },
        ],
      });
      expect(outcome).toMatchObject({ status: 'FAILED' });
      expect(elapsedMillis).toBe(1000);
    },
  );
});
