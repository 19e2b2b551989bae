import { AsyncLocalStorage } from 'node:async_hooks';

const invocations = new AsyncLocalStorage<Record<string | symbol, unknown>>();
const requestIdKey = Symbol.for('_AWS_LAMBDA_REQUEST_ID');

/**
 * The invoke store that Powertools and the SDK look for where invocations overlap.
 * @see https://www.npmjs.com/package/@aws/lambda-invoke-store
 */
const invokeStore = {
  getContext: () => invocations.getStore(),
  hasContext: () => invocations.getStore() !== undefined,
  get: (key: string | symbol) => invocations.getStore()?.[key],
  set: (key: string | symbol, value: unknown) => {
    const store = invocations.getStore();
    if (store === undefined) throw new Error('No context available');
    store[key] = value;
  },
  run: <T>(context: Record<string | symbol, unknown>, run: () => T): T =>
    invocations.run(context, run),
  getRequestId: () => invocations.getStore()?.[requestIdKey] ?? '-',
  getXRayTraceId: () => undefined,
  getTenantId: () => undefined,
};

/** Puts the store where they look, before a function's module is loaded. */
export const installInvokeStore = (): void => {
  Object.assign(globalThis, { awslambda: { InvokeStore: invokeStore } });
};

/** Runs one invocation in a context of its own. */
export const runInvocation = <T>(requestId: string, run: () => T): T =>
  invocations.run({ [requestIdKey]: requestId }, run);
