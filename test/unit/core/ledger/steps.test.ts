import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sessionStepsAnswer } from '../../../../core/contracts/ledger-answers.ts';
import { stepsOfEvents, type ExecutionEvent } from '../../../../core/ledger/steps.ts';

const arn = 'arn:aws:states:us-east-1:123456789012:express:issue:e:1';
const startMillis = 1_795_262_400_000;
/** As the log numbers them, ten milliseconds apart. */
const logged = (...lines: readonly [string, Record<string, unknown>?][]): ExecutionEvent[] =>
  lines.map(([type, details = {}], index) => ({
    id: index + 1,
    type,
    atEpochMillis: startMillis + index * 10,
    details,
  }));
const read = (events: readonly ExecutionEvent[], cutShort = false) =>
  sessionStepsAnswer.parse(stepsOfEvents(arn, events, cutShort));

const whole = logged(
  ['ExecutionStarted', { input: '{}' }],
  ['TaskStateEntered', { name: 'ValidateToken', input: '{"sealedToken":"…"}' }],
  ['TaskScheduled'],
  ['TaskStarted'],
  ['TaskFailed', { error: 'Upstream.Throttled', cause: 'later' }],
  ['TaskScheduled', { parameters: '{"Payload":{"sealedToken":"…"}}' }],
  ['TaskSucceeded', { output: '{"Payload":{"role":"r"}}' }],
  [
    'TaskStateExited',
    { name: 'ValidateToken', output: '{"ok":true}', assignedVariables: '{"caller":"{}"}' },
  ],
  ['FailStateEntered', { name: 'Refused', input: 'not JSON' }],
  ['ExecutionFailed', { error: 'Grant.Refused', cause: 'because' }],
);

describe('the steps of an execution', () => {
  it('have what went in and came out, attempts and errors, and how it ended', () => {
    expect(read(whole)).toEqual({
      executionArn: arn,
      status: 'failed',
      startedAt: '2026-11-21T12:00:00.000Z',
      stoppedAt: '2026-11-21T12:00:00.090Z',
      error: 'Grant.Refused',
      cause: 'because',
      complete: true,
      reason: null,
      refusedIn: null,
      steps: [
        {
          state: 'ValidateToken',
          type: 'Task',
          enteredAt: '2026-11-21T12:00:00.010Z',
          durationMillis: 60,
          input: { sealedToken: '…' },
          output: { ok: true },
          arguments: { Payload: { sealedToken: '…' } },
          result: { Payload: { role: 'r' } },
          assigned: { caller: '{}' },
          retries: 1,
          error: null,
          errors: [{ at: '2026-11-21T12:00:00.040Z', error: 'Upstream.Throttled', cause: 'later' }],
          truncated: false,
        },
        expect.objectContaining({
          state: 'Refused',
          type: 'Fail',
          input: 'not JSON',
          durationMillis: null,
        }),
      ],
    });
  });

  it('are the same in whatever order, and however often, lines were delivered', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...whole, ...whole], { minLength: whole.length * 2 }),
        (delivered) => {
          expect(read(delivered)).toEqual(read(whole));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are never called complete where a line is missing', () => {
    fc.assert(
      fc.property(fc.subarray(whole, { maxLength: whole.length - 1 }), (left) => {
        const { complete, reason } = read(left);
        expect(complete).toBe(false);
        expect(reason).not.toBeNull();
      }),
    );
  });

  it.each<[string, ExecutionEvent[], boolean, RegExp, string]>([
    ['nothing was logged', [], false, /nothing of this execution/, 'unknown'],
    [
      'lines are missing within',
      whole.filter(({ id }) => id !== 3),
      false,
      /lacks lines/,
      'failed',
    ],
    ['the beginning is missing', whole.slice(1), false, /lacks lines/, 'failed'],
    ['the end is missing', whole.slice(0, -1), false, /end of this execution/, 'running'],
    ['there was more than can be read', whole, true, /larger than an answer/, 'failed'],
    [
      'payloads were cut off',
      whole.map((event) =>
        event.id === 2
          ? { ...event, details: { ...event.details, inputDetails: { truncated: true } } }
          : event,
      ),
      false,
      /too large for the log/,
      'failed',
    ],
  ])('say so where %s', (_, events, cutShort, reason, status) => {
    expect(read(events, cutShort)).toMatchObject({
      complete: false,
      reason: expect.stringMatching(reason),
      status,
    });
  });

  it('say nothing of an execution of which nothing was logged', () => {
    expect(read([])).toEqual({
      executionArn: arn,
      complete: false,
      reason: expect.any(String),
      status: 'unknown',
      startedAt: null,
      stoppedAt: null,
      error: null,
      cause: null,
      refusedIn: null,
      steps: [],
    });
  });

  it('say of one that goes on neither when nor by what it ended', () => {
    const failed: [string, Record<string, unknown>] = ['TaskFailed', { error: 'E', cause: 'c' }];
    expect(
      read(logged(['ExecutionStarted'], ['TaskStateEntered', { name: 'One' }], failed)),
    ).toMatchObject({
      ...{ status: 'running', stoppedAt: null, error: null, cause: null, refusedIn: null },
      steps: [{ state: 'One', error: 'E' }],
    });
  });

  it('are of whole words: what only looks like a line of the log changes nothing', () => {
    const one: [string, Record<string, unknown>] = ['TaskStateEntered', { name: 'One' }];
    const exited = { name: 'One', output: '1', input: '2' };
    const { steps, status } = read(
      logged(
        ['ExecutionStarted'],
        one,
        ...['ATask StateEntered', 'TaskStateEnteredAgain', 'TaskFailedOnce', 'TaskChanged'].map(
          (type): [string, Record<string, unknown>] => [type, exited],
        ),
        ['TaskStateExited', { ...exited, name: 'Another' }],
        ['AnExecutionSucceeded'],
        ['ExecutionSucceededAgain'],
      ),
    );
    expect(status).toBe('running');
    expect(steps).toMatchObject([{ state: 'One', output: null, durationMillis: null, errors: [] }]);
    expect(read(logged(['ExecutionStarted'], ['AnExecutionSucceeded'])).status).toBe('running');
  });

  it('have a payload as it was logged, and null for none', () => {
    const payloads = (input?: unknown) =>
      read(
        logged(
          ['TaskStateEntered', { ...(input === undefined ? {} : { input }) }],
          ['TaskScheduled'],
        ),
      ).steps[0];
    expect(payloads({ a: 1 })).toMatchObject({ state: '', input: { a: 1 }, arguments: null });
    expect(payloads(7)?.input).toBe(7);
    expect(
      stepsOfEvents(arn, logged(['TaskStateEntered'], ['TaskScheduled']), false).steps[0],
    ).toEqual(expect.objectContaining({ input: null, arguments: null }));
  });

  it('are cut off only where the log says so of a payload', () => {
    const cutBy = (type: string, details: Record<string, unknown>) =>
      read(logged(['TaskStateEntered', { name: 'One' }], [type, details])).steps[0]?.truncated;
    const cut = { truncated: true };
    expect(cutBy('TaskSucceeded', { outputDetails: cut })).toBe(true);
    expect(cutBy('TaskSucceeded', { inputDetails: null, outputDetails: cut })).toBe(true);
    expect(cutBy('TaskSucceeded', { output: cut })).toBe(false);
    expect(cutBy('TaskSucceeded', { outputDetails: { truncated: false } })).toBe(false);
    expect(cutBy('TaskStateExited', { name: 'One', outputDetails: cut })).toBe(true);
  });

  it('name the last state whose error was given up, where none says that it refused', () => {
    const { refusedIn } = read(
      logged(
        ['ExecutionStarted'],
        ['TaskStateEntered', { name: 'One' }],
        ['TaskFailed', { error: 'E' }],
        ['TaskStateExited', { name: 'One', assignedVariables: 'failure' }],
        ['PassStateEntered', { name: 'Tidy' }],
        ['PassStateExited', { name: 'Tidy', assignedVariables: 'null' }],
        ['ExecutionFailed', { error: 'E' }],
      ),
    );
    expect(refusedIn).toBe('One');
  });

  it('mark the state whose payload was cut off', () => {
    const cut = whole.map((event) =>
      event.id === 8
        ? { ...event, details: { ...event.details, outputDetails: { truncated: true } } }
        : event,
    );
    expect(read(cut).steps.map(({ truncated }) => truncated)).toEqual([true, false]);
  });

  const ended = (failed: string, ...states: readonly [string, string?][]) =>
    read(
      logged(
        ['ExecutionStarted'],
        ...states.flatMap(([name, assignedVariables]): [string, Record<string, unknown>][] => [
          ['ChoiceStateEntered', { name }],
          ['ChoiceStateExited', { name, ...(assignedVariables ? { assignedVariables } : {}) }],
        ]),
        [failed, { error: 'Subject.Revoked' }],
      ),
    ).refusedIn;
  const failure = '{"failure":{"error":"Subject.Revoked"}}';

  it('name the state that refused, and not those that tidied up after it', () => {
    expect(ended('ExecutionFailed', ['MapRole'], ['IsAllowed', failure], ['IsDenial'])).toBe(
      'IsAllowed',
    );
    expect(ended('ExecutionAborted', ['MapRole'], ['IsAllowed', '{"caller":"{}"}'])).toBeNull();
  });

  it('name none where what was refused at first went well after all', () => {
    expect(ended('ExecutionSucceeded', ['TakeQuota', failure], ['Issued'])).toBeNull();
  });

  it.each([
    ['ExecutionSucceeded', 'succeeded'],
    ['ExecutionTimedOut', 'timed-out'],
    ['ExecutionAborted', 'aborted'],
  ])('tell of %s', (type, status) => {
    expect(read(logged(['ExecutionStarted'], [type]))).toMatchObject({ status, complete: true });
  });

  it('of whatever was logged have the promised shape', () => {
    const event = fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      type: fc.constantFrom(
        'ExecutionStarted',
        'TaskStateEntered',
        'TaskFailed',
        'TaskStateExited',
        'LambdaFunctionFailed',
        'ExecutionFailed',
        'x',
      ),
      atEpochMillis: fc.integer({ min: startMillis, max: startMillis + 20_000 }),
      details: fc.dictionary(
        fc.constantFrom('name', 'input', 'output', 'error', 'inputDetails'),
        fc.jsonValue(),
      ),
    });
    fc.assert(
      fc.property(fc.array(event), fc.boolean(), (events, cutShort) => {
        expect(sessionStepsAnswer.safeParse(stepsOfEvents(arn, events, cutShort)).success).toBe(
          true,
        );
      }),
    );
  });
});
