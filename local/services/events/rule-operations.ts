/** Rules. */
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { twinAccountId } from '../../identity.ts';
import type { Collection } from '../../state/store.ts';
import { noSuchBus } from './bus-operations.ts';
import { inputs, read } from './inputs.ts';
import type { RuleState, StoredBus, StoredRule } from './model.ts';
import { busNameOf, defaultBus, ruleArn, ruleKey } from './names.ts';
import { pageOf } from './page.ts';
import { compileEventPattern } from './pattern/event-pattern.ts';
import { scheduleOf } from './schedule.ts';

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

/** @throws AwsError ResourceNotFoundException */
export const ruleOf = (rules: Collection<StoredRule>, bus: string, name: string): StoredRule => {
  const rule = rules.get(ruleKey(bus, name));
  if (rule === undefined)
    throw new AwsError(
      'ResourceNotFoundException',
      `Rule ${name} does not exist on EventBus ${bus}.`,
    );
  return rule;
};

const shown = (rule: StoredRule) => ({
  Name: rule.name,
  Arn: ruleArn(rule.bus, rule.name),
  State: rule.state,
  EventBusName: rule.bus,
  ...(rule.eventPattern === null ? {} : { EventPattern: rule.eventPattern }),
  ...(rule.scheduleExpression === null ? {} : { ScheduleExpression: rule.scheduleExpression }),
  ...(rule.description === null ? {} : { Description: rule.description }),
  ...(rule.roleArn === null ? {} : { RoleArn: rule.roleArn }),
});

export interface RuleDependencies {
  readonly buses: Collection<StoredBus>;
  readonly rules: Collection<StoredRule>;
  /** Called with what a rule has become, or null where it is gone. */
  readonly onChange: (key: string, rule: StoredRule | null) => void;
}

const createPutRule =
  ({ buses, rules }: RuleDependencies, save: (rule: StoredRule) => Promise<void>) =>
  async (input: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const given = read(inputs.putRule, input);
    const bus = busNameOf(given.EventBusName);
    const { EventPattern: pattern, ScheduleExpression: schedule } = given;
    if (buses.get(bus) === undefined) throw noSuchBus(bus);
    if (pattern === undefined && schedule === undefined)
      throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    if (schedule !== undefined) {
      if (bus !== defaultBus)
        throw invalid('ScheduleExpression is supported only on the default event bus.');
      if (scheduleOf(schedule) === null)
        throw invalid('Parameter ScheduleExpression is not valid.');
    }
    if (pattern !== undefined) compileEventPattern(pattern);
    await save({
      name: given.Name,
      bus,
      state: given.State ?? 'ENABLED',
      eventPattern: pattern ?? null,
      scheduleExpression: schedule ?? null,
      description: given.Description ?? null,
      roleArn: given.RoleArn ?? null,
      targets: rules.get(ruleKey(bus, given.Name))?.targets ?? [],
    });
    return { RuleArn: ruleArn(bus, given.Name) };
  };

export const ruleOperations = (
  dependencies: RuleDependencies,
): Readonly<Record<string, Operation>> => {
  const { buses, rules, onChange } = dependencies;
  const save = async (rule: StoredRule): Promise<void> => {
    const key = ruleKey(rule.bus, rule.name);
    const written = rules.put(key, rule);
    onChange(key, rule);
    await written;
  };
  const onRule = (operation: string, run: Operation['run']): Operation => ({
    authorize: ({ Name, EventBusName }) => [
      {
        action: `events:${operation}`,
        resource: ruleArn(busNameOf(EventBusName), typeof Name === 'string' ? Name : ''),
        conditionKeys: { 'events:creatorAccount': twinAccountId },
      },
    ],
    run,
  });
  const setState =
    (state: RuleState): Operation['run'] =>
    async (input) => {
      const { Name, EventBusName } = read(inputs.rule, input);
      await save({ ...ruleOf(rules, busNameOf(EventBusName), Name), state });
      return {};
    };

  return {
    PutRule: onRule('PutRule', createPutRule(dependencies, save)),
    DescribeRule: onRule('DescribeRule', (input) =>
      Promise.resolve().then(() => {
        const { Name, EventBusName } = read(inputs.rule, input);
        const rule = ruleOf(rules, busNameOf(EventBusName), Name);
        return { ...shown(rule), CreatedBy: twinAccountId };
      }),
    ),
    EnableRule: onRule('EnableRule', setState('ENABLED')),
    DisableRule: onRule('DisableRule', setState('DISABLED')),
    DeleteRule: onRule('DeleteRule', async (input) => {
      const { Name, EventBusName } = read(inputs.rule, input);
      const key = ruleKey(busNameOf(EventBusName), Name);
      const rule = rules.get(key);
      if (rule !== undefined && rule.targets.length > 0)
        throw invalid("Rule can't be deleted since it has targets.");
      const gone = rules.delete(key);
      onChange(key, null);
      await gone;
      return {};
    }),
    ListRules: {
      authorize: ({ EventBusName }) => [
        { action: 'events:ListRules', resource: ruleArn(busNameOf(EventBusName), '*') },
      ],
      run: (input) =>
        Promise.resolve().then(() => {
          const { NamePrefix = '', EventBusName, ...place } = read(inputs.listRules, input);
          const bus = busNameOf(EventBusName);
          if (buses.get(bus) === undefined) throw noSuchBus(bus);
          const found = [...rules.entries()]
            .map(([, rule]) => rule)
            .filter((rule) => rule.bus === bus && rule.name.startsWith(NamePrefix));
          const { items, next } = pageOf(found, ({ name }) => name, place);
          return { Rules: items.map(shown), ...next };
        }),
    },
  };
};
