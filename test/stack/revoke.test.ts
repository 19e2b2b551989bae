import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isErrorName } from '../../core/errors.ts';
import { revokingCalls } from '../../core/revocations/user-pool-event.ts';
import { revokeRights } from '../../stacks/constructs/revoke-rights.ts';
import { flatten, type TemplatePolicy } from './policy-lines.ts';
import { repository, synthesizeStepkey } from './stepkey-templates.ts';

interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly { readonly ErrorEquals: string[]; readonly Comment?: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: string[] }[];
  readonly Arguments?: { readonly Key?: { readonly pk: { readonly S: string } } };
}
const text = readFileSync(join(repository, 'statemachines/revoke.asl.json'), 'utf8');
const states = Object.entries((JSON.parse(text) as { States: Record<string, State> }).States);
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const { broker } = synthesizeStepkey();
const machine = Object.values(broker.findResources('AWS::StepFunctions::StateMachine'))
  .map(({ Properties }) => Properties as Record<string, unknown>)
  .find(({ StateMachineName }) => StateMachineName === 'stepkey-revoke');
const role = Object.values(broker.findResources('AWS::IAM::Role'))
  .map(
    ({ Properties }) =>
      Properties as {
        Description: string;
        Policies: { PolicyName: string; PolicyDocument: TemplatePolicy }[];
      },
  )
  .find(({ Description }) => Description === 'State machine revoke');
const statements =
  role?.Policies.find(({ PolicyName }) => PolicyName === 'tasks')?.PolicyDocument.Statement ?? [];

describe('the state machine revoke', () => {
  it('is deployed with exactly the text of its file, as a standard machine', () => {
    expect(machine).toMatchObject({ DefinitionString: text, StateMachineType: 'STANDARD' });
  });

  it('names a right for each Task and for nothing else', () => {
    expect(Object.keys(revokeRights)).toEqual(tasks.map(([name]) => name));
    expect(statements).toHaveLength(tasks.length + 1);
  });

  it.each(tasks)('may do in %s what the state calls, and to revocations only', (name, task) => {
    const statement = statements.find(({ Sid }) => Sid === name);
    if (task.Resource?.endsWith(':lambda:invoke')) {
      expect(statement?.Action).toBe('lambda:InvokeFunction');
      expect(flatten(statement?.Resource)).toBe('<BrokerRevocationsrevokeFunction.Arn>');
      return;
    }
    expect(statement?.Action).toBe('dynamodb:UpdateItem');
    expect(statement?.Condition).toEqual({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['REVOCATION#*'] },
    });
    expect(task.Arguments?.Key?.pk.S).toMatch(/^\{% 'REVOCATION#' & /);
  });

  it('gives each state a purpose, and each task a limit, a retry with its sum and a catch', () => {
    for (const [, state] of states) {
      expect(state.Comment).toMatch(/\.( control SEC-\d\d)?$/);
      if (state.Type !== 'Task') continue;
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      for (const { Comment, ErrorEquals } of state.Retry ?? []) {
        expect(Comment).toMatch(/Waits at most \d+ s/);
        for (const each of ErrorEquals) {
          expect(isErrorName(each) || /^(States|Lambda|DynamoDb)\.\w+$/.test(each)).toBe(true);
        }
      }
      expect(state.Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
    }
  });

  it("uses no attribute type that the SDK integration spells otherwise than DynamoDB's API", () => {
    expect(text).not.toMatch(/\b(BOOL|NULL|SS|NS|BS|Bool|Nul)\b/);
  });
});

describe('the rule for the user pool’s events', () => {
  const rules = Object.values(broker.findResources('AWS::Events::Rule')).map(
    ({ Properties }) =>
      Properties as {
        EventPattern?: { source: string[]; detail: Record<string, unknown> };
        ScheduleExpression?: string;
        EventBusName?: unknown;
        Targets: { Arn: unknown; Input?: unknown }[];
      },
  );

  it('listens on the default bus to the calls that must end what was before [SEC-34]', () => {
    const rule = rules.find(({ EventPattern }) => EventPattern?.source.includes('aws.cognito-idp'));
    expect(rule?.EventBusName).toBeUndefined();
    expect(rule?.EventPattern?.detail['eventName']).toEqual([...revokingCalls]);
    expect(rule?.EventPattern?.detail['errorCode']).toEqual([{ exists: false }]);
    expect(rule?.Targets.map(({ Arn }) => flatten(Arn))).toEqual([
      '<BrokerRevocationsrevokeFunction.Arn>',
    ]);
  });

  it('is not all: every five minutes the reconciler looks for what they did not tell [SEC-35]', () => {
    const scheduled = rules.filter(
      ({ ScheduleExpression, Targets }) =>
        ScheduleExpression !== undefined &&
        Targets.some(({ Arn }) => flatten(Arn) === '<BrokerRevocationsrevokeFunction.Arn>'),
    );
    expect(scheduled).toMatchObject([
      { ScheduleExpression: 'rate(5 minutes)', Targets: [{ Input: '{"task":"reconcile"}' }] },
    ]);
  });
});
