import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionDefinition } from '../../../../local/lambda/function-definition.ts';
import { startLambdaRuntime } from '../../../../local/lambda/runtime.ts';
import type { LambdaRuntime } from '../../../../local/lambda/runtime.ts';
import { bundleScript } from '../../../../tools/bundle.ts';

const bundle = `
const waiting = [];
exports.handler = async (event, context) => {
  switch (event.do) {
    case 'echo': return { event, name: context.functionName, arn: context.invokedFunctionArn, id: context.awsRequestId, left: context.getRemainingTimeInMillis() };
    case 'environment': return process.env;
    case 'nothing': return undefined;
    case 'throw': { const error = new Error('refused'); error.name = 'Grant.Refused'; error.extra = 'shown'; throw error; }
    case 'exit': process.exit(7);
    case 'hang': return new Promise(() => undefined);
    case 'meet': return new Promise((resolve) => { waiting.push(resolve); if (waiting.length === event.count) waiting.forEach((each) => each('met')); });
    case 'print': console.log('out ' + event.text); console.error('err ' + event.text); return 'printed';
    case 'credentials': return (await fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers: { authorization: event.authorization ?? process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN } })).json();
    case 'store': { const { InvokeStore } = globalThis.awslambda; InvokeStore.set('mine', event.text); await new Promise(setImmediate); return InvokeStore.get('mine') + ' ' + (InvokeStore.getRequestId() === context.awsRequestId); }
  }
};
`;

let directory: string;
let script: string;
let runtime: LambdaRuntime;
let lines: string[];

const definition = (over: Partial<FunctionDefinition> = {}): FunctionDefinition => ({
  name: 'stepkey-test',
  arn: 'arn:aws:lambda:us-east-1:123456789012:function:stepkey-test',
  roleArn: 'arn:aws:iam::123456789012:role/test',
  taskRoot: directory,
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  timeoutSeconds: 10,
  memoryMegabytes: 256,
  environment: { OWN: 'value' },
  logGroup: '/aws/lambda/stepkey-test',
  ...over,
});

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-runtime-'));
  script = join(directory, 'runtime-process.cjs');
  await writeFile(join(directory, 'index.js'), bundle);
  await writeFile(join(directory, 'broken.js'), 'throw new TypeError("cannot load");');
  await writeFile(join(directory, 'package.json'), '{"type":"commonjs"}');
  await bundleScript({
    root: join(import.meta.dirname, '../../../..'),
    entry: join(import.meta.dirname, '../../../../local/lambda/runtime-process.ts'),
    outFile: script,
  });
});
afterAll(() => rm(directory, { recursive: true, force: true }));

beforeEach(async () => {
  lines = [];
  runtime = await startLambdaRuntime({
    script,
    awsEndpoint: 'http://127.0.0.1:1',
    credentialsOf: ({ roleArn }) =>
      Promise.resolve({
        accessKeyId: 'ASIATEST',
        secretAccessKey: roleArn,
        sessionToken: 'token',
        expirationEpochSeconds: 1_800_000_000,
      }),
    writeLog: ({ logGroup }, _stream, _at, line) => lines.push(`${logGroup} ${line}`),
  });
});
afterEach(() => runtime.stop());

/** One definition per test: another object would be another deployment. */
const invoker = (over: Partial<FunctionDefinition> = {}) => {
  const defined = definition(over);
  let count = 0;
  return async (event: Record<string, unknown>): Promise<unknown> => {
    count += 1;
    const requestId = `request-${String(count)}`;
    const outcome = await runtime.invoke(defined, JSON.stringify(event), requestId);
    return 'payload' in outcome ? JSON.parse(outcome.payload) : outcome;
  };
};

describe('an invocation', () => {
  it('gets the event and a context, and gives what the handler returns', async () => {
    expect(await invoker()({ do: 'echo', a: [1] })).toEqual({
      event: { do: 'echo', a: [1] },
      name: 'stepkey-test',
      arn: definition().arn,
      id: 'request-1',
      left: expect.any(Number),
    });
  });

  it('answers null where the handler returns nothing', async () => {
    expect(await invoker()({ do: 'nothing' })).toBeNull();
  });

  it('reports a thrown error by its name, and logs it with its fields', async () => {
    const outcome = await invoker()({ do: 'throw' });
    expect(outcome).toMatchObject({
      error: { errorType: 'Grant.Refused', errorMessage: 'refused' },
    });
    await runtime.stop();
    expect(lines.join('\n')).toContain('"extra":"shown"');
  });

  it('runs beside others in the same process, each with its own store', async () => {
    const invoke = invoker();
    const met = await Promise.all([1, 2, 3].map(() => invoke({ do: 'meet', count: 3 })));
    expect(met).toEqual(['met', 'met', 'met']);
    const stored = await Promise.all(['a', 'b'].map((text) => invoke({ do: 'store', text })));
    expect(stored).toEqual(['a true', 'b true']);
  });

  it('that takes too long fails alone', async () => {
    const invoke = invoker({ timeoutSeconds: 0.2 });
    await invoke({ do: 'nothing' });
    expect(await invoke({ do: 'hang' })).toMatchObject({
      error: { errorType: 'Sandbox.Timedout' },
    });
    expect(await invoke({ do: 'nothing' })).toBeNull();
  });

  it('fails with its process, and the next one gets another', async () => {
    const invoke = invoker();
    const [hanging, exiting] = await Promise.all([invoke({ do: 'hang' }), invoke({ do: 'exit' })]);
    for (const outcome of [hanging, exiting]) {
      expect(outcome).toMatchObject({ error: { errorType: 'Runtime.ExitError' } });
    }
    expect(await invoke({ do: 'nothing' })).toBeNull();
  });

  it.each([
    ['broken.handler', 'TypeError'],
    ['index.missing', 'Runtime.HandlerNotFound'],
  ])('of a module that cannot be loaded fails (%s)', async (handler, errorType) => {
    expect(await invoker({ handler })({ do: 'nothing' })).toMatchObject({ error: { errorType } });
  });
});

describe("a function's process", () => {
  it('sees its own environment and nothing of its parent', async () => {
    process.env['PARENT_SECRET'] = 'x';
    const environment = await invoker()({ do: 'environment' });
    delete process.env['PARENT_SECRET'];
    expect(environment).toMatchObject({
      OWN: 'value',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'stepkey-test',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      LAMBDA_TASK_ROOT: directory,
    });
    expect(Object.keys(environment as object)).not.toContain('PARENT_SECRET');
    expect(Object.keys(environment as object)).not.toContain('NODE_OPTIONS');
  });

  it('gets the credentials of its role by what it was given, and by nothing else', async () => {
    const invoke = invoker();
    expect(await invoke({ do: 'credentials' })).toEqual({
      AccessKeyId: 'ASIATEST',
      SecretAccessKey: definition().roleArn,
      Token: 'token',
      Expiration: '2027-01-15T08:00:00.000Z',
    });
    expect(await invoke({ do: 'credentials', authorization: 'wrong' })).toMatchObject({
      Code: 'AccessDenied',
    });
  });

  it('writes its output into its log group', async () => {
    await invoker()({ do: 'print', text: 'one' });
    await runtime.stop();
    expect(lines).toEqual(
      expect.arrayContaining([
        '/aws/lambda/stepkey-test out one',
        '/aws/lambda/stepkey-test err one',
      ]),
    );
  });
});
