import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import jsonata from 'jsonata';
import { errorCatalogue, isErrorName } from '../../core/errors.ts';
import { issueBatchRights } from '../../stacks/constructs/issue-batch-rights.ts';
import { repository, synthesizeStepkey } from './stepkey-templates.ts';

interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly TimeoutSeconds?: number;
  readonly Seconds?: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly Comment: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Default?: string;
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
}

const text = readFileSync(join(repository, 'statemachines/issue-batch.asl.json'), 'utf8');
const { States: outer } = JSON.parse(text) as { States: Record<string, State> };
const perLine = outer['IssueForEachLine']?.ItemProcessor?.States ?? {};
const perRow = outer['IssueForEachRow']?.ItemProcessor?.States ?? {};
const states = Object.entries({ ...outer, ...perLine });

const { broker } = synthesizeStepkey();
const machine = Object.values(broker.findResources('AWS::StepFunctions::StateMachine'))
  .map(({ Properties }) => Properties as Record<string, unknown>)
  .find(({ StateMachineName }) => StateMachineName === 'stepkey-issue-batch');

describe('the state machine issue-batch', () => {
  it('is deployed with exactly the text of its file, Standard, and fully logged', () => {
    expect(machine).toMatchObject({
      DefinitionString: text,
      StateMachineType: 'STANDARD',
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY' },
    });
    expect(machine?.['DefinitionSubstitutions']).toMatchObject({ MaxConcurrency: '30' });
  });

  it('has a substitution for each placeholder and no other', () => {
    const used = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect(Object.keys(machine?.['DefinitionSubstitutions'] as object).sort()).toEqual(
      [...used].sort(),
    );
  });

  it('does the same for rows of CSV as for lines of JSON', () => {
    const renamed = JSON.stringify(perLine).replaceAll(
      new RegExp(`"(${Object.keys(perLine).join('|')})"`, 'g'),
      '"$1OfRow"',
    );
    expect(JSON.parse(renamed)).toEqual(perRow);
  });

  it('names a right for each Task and for nothing else', () => {
    const tasks = states.filter(([, { Type }]) => Type === 'Task').map(([name]) => name);
    expect(Object.keys(issueBatchRights).sort()).toEqual(tasks.sort());
  });

  it('gives each state a purpose, and each task a limit, a retry that says how long, and a catch', () => {
    for (const [, state] of states) {
      expect(state.Comment).toMatch(/\.( control SEC-\d\d)?$/);
      if (state.Type !== 'Task') continue;
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      expect(state.Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
      for (const { ErrorEquals, Comment } of state.Retry ?? []) {
        expect(Comment).toMatch(/Waits at most \d+ s/);
        for (const name of ErrorEquals.filter(isErrorName)) {
          expect(errorCatalogue[name].retryable).toBe(true);
        }
      }
      expect(state.Retry?.length).toBeGreaterThan(0);
    }
  });

  it('calls denials what the catalogue calls so, but a warrant that has ended a failure', () => {
    const [, transient, denied] = perLine['WeighExecution']?.Choices ?? [];
    const namesIn = (condition = '') =>
      [...condition.matchAll(/'([A-Z]\w+\.\w+)'/g)].map(([, name]) => name ?? '');
    const catalogued = Object.entries(errorCatalogue);
    expect(namesIn(denied?.Condition).sort()).toEqual(
      catalogued
        .filter(([name, { denial }]) => denial && !/^Token\.(Invalid|Expired)$/.test(name))
        .map(([name]) => name)
        .sort(),
    );
    expect(namesIn(transient?.Condition).sort()).toEqual(
      [
        // An execution of issue-credentials never ends in what is about revocations.
        ...catalogued
          .filter(([name, { retryable }]) => retryable && !name.startsWith('Revocation.'))
          .map(([name]) => name),
        'States.Timeout',
      ].sort(),
    );
  });

  it.each([
    ['Upstream.Throttled', 1, 'AwaitTurn'],
    ['States.Timeout', 1, 'AwaitTurn'],
    // What AWS names before the broker's own code could: a crowded function, a table that is being scaled.
    ['Lambda.TooManyRequestsException', 1, 'AwaitTurn'],
    ['DynamoDb.ProvisionedThroughputExceededException', 1, 'AwaitTurn'],
    ['Sandbox.Timedout', 1, 'AwaitTurn'],
    ['Runtime.ExitError', 1, 'AwaitTurn'],
    ['Runtime.ExitError', 6, 'RecordOutcome'],
    ['Upstream.Misconfigured', 1, 'RecordOutcome'],
    ['States.Permissions', 1, 'RecordOutcome'],
    ['Grant.Refused', 1, 'RecordOutcome'],
  ])('after %s at attempt %i goes to %s', async (error, attempt, next) => {
    const { Choices = [], Default } = perLine['WeighExecution'] ?? {};
    for (const { Condition, Next } of Choices) {
      const [, expression = ''] = /^\{% (.*) %\}$/.exec(Condition) ?? [];
      if (await jsonata(expression).evaluate(null, { error, attempt, issued: {} })) {
        expect(Next).toBe(next);
        return;
      }
    }
    expect(Default).toBe(next);
  });

  it('tries for longer than an execution that died may hold the lease, and ends within an Express execution', async () => {
    const issue = readFileSync(
      join(repository, 'statemachines/issue-credentials.asl.json'),
      'utf8',
    );
    const leaseSeconds = Number(/\$millis\(\) \+ (\d+)\) %\}/.exec(issue)?.[1]) / 1000;
    expect(leaseSeconds).toBe(25);
    const attempts = Number(
      /\$attempt < (\d+)/.exec(perLine['WeighExecution']?.Choices?.[1]?.Condition ?? '')?.[1],
    );
    const [, seconds = ''] = /^\{% (.*) %\}$/.exec(perLine['AwaitTurn']?.Seconds ?? '') ?? [];
    const waitsInAll = async (random: number): Promise<number> => {
      let sum = 0;
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        const wait: unknown = await jsonata(seconds).evaluate(null, {
          attempt,
          random: () => random,
        });
        expect(Number.isInteger(wait)).toBe(true);
        sum += wait as number;
      }
      return sum;
    };
    expect(await waitsInAll(0)).toBeGreaterThan(2 * leaseSeconds);
    const executionsSeconds =
      (attempts + 1) * (perLine['IssueCredentials']?.TimeoutSeconds ?? Infinity);
    // @see Step Functions quotas: an Express execution ends after five minutes
    expect((await waitsInAll(0.999_999)) + executionsSeconds).toBeLessThan(300);
  });

  it('tells a report nothing that is sealed: the answer to a batch holds no session', () => {
    const issue = readFileSync(
      join(repository, 'statemachines/issue-credentials.asl.json'),
      'utf8',
    );
    expect(issue).toContain("class = 'batch' ? {} : {'sealedSession'");
    expect(text).not.toContain('sealedSession');
  });
});
