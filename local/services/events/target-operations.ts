/** Targets of rules. */
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import { twinAccountId } from '../../identity.ts';
import type { Collection } from '../../state/store.ts';
import { inputs, read, targetMembers } from './inputs.ts';
import type { TargetInput } from './inputs.ts';
import type { StoredRule } from './model.ts';
import { busNameOf, ruleArn, ruleKey } from './names.ts';
import { pageOf } from './page.ts';
import { jsonPathOf } from './json-path.ts';
import { ruleOf } from './rule-operations.ts';

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

const mostTargets = 5;

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const requirePath = (path: string, title: string): void => {
  if (jsonPathOf(path) === null) throw invalid(`Parameter ${title} is not valid.`);
};

const checkTransformer = ({ Id, InputTransformer }: TargetInput): void => {
  if (InputTransformer === undefined) return;
  const { InputPathsMap = {}, InputTemplate } = InputTransformer;
  const names = Object.keys(InputPathsMap);
  if (names.length > 100) throw invalid(`Target ${Id} has more than 100 input paths.`);
  const reserved = names.find((name) => name.toUpperCase().startsWith('AWS'));
  if (reserved !== undefined)
    throw invalid(`InputPathsMap key ${reserved} of target ${Id} starts with the reserved AWS.`);
  for (const path of Object.values(InputPathsMap)) requirePath(path, 'InputPathsMap');
  const unknown = [...InputTemplate.matchAll(/<([A-Za-z0-9._-]+)>/gu)]
    .map(([, name = '']) => name)
    .find((name) => !Object.hasOwn(InputPathsMap, name) && !name.startsWith('aws.events.'));
  if (unknown !== undefined)
    throw invalid(
      `Invalid InputTemplate for target ${Id} : [Template placeholder ${unknown} is not in InputPathsMap.]`,
    );
};

const checkTarget = (target: TargetInput, accepts: (targetArn: string) => boolean): void => {
  const { Id, Arn, RoleArn, Input, InputPath, InputTransformer } = target;
  if (!/^arn:[\w-]+:[\w-]+:/u.test(Arn))
    throw invalid(`Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  if (!accepts(Arn))
    throw new AwsError('NotImplemented', `events:PutTargets with ${Arn} is not emulated.`, {
      statusCode: 501,
    });
  const member = Object.keys(target).find((name) => !targetMembers.has(name));
  if (member !== undefined)
    throw new AwsError('NotImplemented', `events:PutTargets with ${member} is not emulated.`, {
      statusCode: 501,
    });
  if (Arn.split(':')[2] === 'states' && RoleArn === undefined)
    throw invalid(`RoleArn is required for target ${Arn}.`);
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1)
    throw invalid(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    );
  if (Input !== undefined && !isJson(Input))
    throw invalid(`JSON syntax error in input for target ${Id}`);
  if (InputPath !== undefined) requirePath(InputPath, 'InputPath');
  checkTransformer(target);
};

export const targetOperations = ({
  rules,
  accepts,
}: {
  readonly rules: Collection<StoredRule>;
  readonly accepts: (targetArn: string) => boolean;
}): Readonly<Record<string, Operation>> => {
  const authorize =
    (operation: string) =>
    ({ Rule, EventBusName, Targets }: Record<string, unknown>) => {
      const arns = (Array.isArray(Targets) ? (Targets as unknown[]) : []).flatMap((target) =>
        typeof target === 'object' &&
        target !== null &&
        'Arn' in target &&
        typeof target.Arn === 'string'
          ? [target.Arn]
          : [],
      );
      return [
        {
          action: `events:${operation}`,
          resource: ruleArn(busNameOf(EventBusName), typeof Rule === 'string' ? Rule : ''),
          conditionKeys: {
            'events:creatorAccount': twinAccountId,
            ...(arns.length === 0 ? {} : { 'events:TargetArn': arns }),
          },
        },
      ];
    };
  const save = (rule: StoredRule, targets: StoredRule['targets']): Promise<void> =>
    rules.put(ruleKey(rule.bus, rule.name), { ...rule, targets });

  return {
    PutTargets: {
      authorize: authorize('PutTargets'),
      run: async (input) => {
        const { Rule, EventBusName, Targets } = read(inputs.putTargets, input);
        const rule = ruleOf(rules, busNameOf(EventBusName), Rule);
        for (const target of Targets) checkTarget(target, accepts);
        const byId = new Map(rule.targets.map((target) => [target.Id, target]));
        for (const target of Targets) byId.set(target.Id, target);
        if (byId.size > mostTargets)
          throw new AwsError(
            'LimitExceededException',
            'The requested resource exceeds the maximum number allowed.',
          );
        await save(rule, [...byId.values()]);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    RemoveTargets: {
      authorize: authorize('RemoveTargets'),
      run: async (input) => {
        const { Rule, EventBusName, Ids } = read(inputs.removeTargets, input);
        const rule = ruleOf(rules, busNameOf(EventBusName), Rule);
        await save(
          rule,
          rule.targets.filter(({ Id }) => !Ids.includes(Id)),
        );
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    },
    ListTargetsByRule: {
      authorize: authorize('ListTargetsByRule'),
      run: (input) =>
        Promise.resolve().then(() => {
          const { Rule, EventBusName, ...place } = read(inputs.listTargets, input);
          const { targets } = ruleOf(rules, busNameOf(EventBusName), Rule);
          const { items, next } = pageOf(targets, ({ Id }) => Id, place);
          return { Targets: [...items], ...next };
        }),
    },
  };
};
