/** Buses and rules. A rule of which the template still says the same stays as it is, switched off or not. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../../aws.ts';
import type { AwsCall, CallContext } from '../../aws.ts';
import type { PolicyStatement } from '../../iam/policy.ts';
import { twinAccountId } from '../../identity.ts';
import { busArn, busNameOf, defaultBus, ruleArn } from '../../services/events/names.ts';
import type { EventsService } from '../../services/events/service.ts';
import { DeployError } from '../deploy-error.ts';
import { generatedName } from '../naming.ts';
import { defineHandler, isUnchanged } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';
import { tagList } from './policy-schema.ts';

const bus = z.strictObject({
  Name: z.string(),
  Description: z.string().optional(),
  Tags: tagList,
});

const rule = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  EventBusName: z.string().optional(),
  EventPattern: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.string().optional(),
  RoleArn: z.string().optional(),
  Targets: z.array(z.looseObject({ Id: z.string() })).default([]),
  Tags: tagList,
});

const busPolicy = z.strictObject({
  EventBusName: z.string().optional(),
  StatementId: z.string(),
  Statement: z.custom<PolicyStatement>((value) => typeof value === 'object' && value !== null),
});

/** CloudFormation's own calls: what it may do is not what the template is about. */
const deploymentContext = (): CallContext => ({
  principal: {
    kind: 'aws-service',
    arn: 'cloudformation.amazonaws.com',
    accountId: twinAccountId,
    userId: 'cloudformation.amazonaws.com',
    identityPolicies: [],
    permissionsBoundary: null,
    sessionPolicies: [],
    conditionKeys: {},
  },
  requestId: randomUUID(),
  sourceIp: 'cloudformation.amazonaws.com',
});

type RuleProperties = z.infer<typeof rule>;

const patternText = ({ EventPattern: pattern }: RuleProperties): string | undefined =>
  pattern === undefined || typeof pattern === 'string' ? pattern : JSON.stringify(pattern);

export const eventHandlers = (
  call: AwsCall,
  events: Pick<EventsService, 'putBusStatement'>,
): Record<string, ResourceHandler> => {
  const send = async (
    operation: string,
    input: Record<string, unknown>,
  ): Promise<Record<string, unknown>> => {
    const given = Object.entries(input).filter(([, value]) => value !== undefined);
    try {
      return await call('events', operation, Object.fromEntries(given), deploymentContext());
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === 'ResourceNotFoundException') throw error;
      throw new DeployError(`events:${operation} was refused: ${error.message}`);
    }
  };
  /** What is not there any more needs no removal. */
  const unlessGone = async (removal: Promise<unknown>): Promise<void> => {
    try {
      await removal;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  };
  const idsOfTargets = async (place: Record<string, unknown>): Promise<string[]> => {
    const { Targets } = await send('ListTargetsByRule', place);
    return (Targets as { Id: string }[]).map(({ Id }) => Id);
  };
  const exists = async (operation: string, input: Record<string, unknown>): Promise<boolean> => {
    try {
      await send(operation, input);
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  };
  const removeRule = async (name: string, busName: string): Promise<void> => {
    const place = { Rule: name, EventBusName: busName };
    const ids = await idsOfTargets(place);
    if (ids.length > 0) await send('RemoveTargets', { ...place, Ids: ids });
    await send('DeleteRule', { Name: name, EventBusName: busName });
  };

  return {
    'AWS::Events::EventBus': defineHandler(
      bus,
      async ({ properties: { Name, Description } }) => {
        if (!(await exists('DescribeEventBus', { Name })))
          await send('CreateEventBus', { Name, Description });
        return { id: Name, attributes: { Arn: busArn(Name), Name } };
      },
      async ({ id }) => {
        const { Rules } = await send('ListRules', { EventBusName: id });
        for (const { Name } of Rules as { Name: string }[]) await removeRule(Name, id);
        await unlessGone(send('DeleteEventBus', { Name: id }));
      },
    ),
    'AWS::Events::Rule': defineHandler(
      rule,
      async (request) => {
        const { properties, previousProperties } = request;
        const name = properties.Name ?? generatedName(request);
        const busName = busNameOf(properties.EventBusName);
        const place = { Rule: name, EventBusName: busName };
        const deployed = {
          id: busName === defaultBus ? name : `${busName}|${name}`,
          attributes: { Arn: ruleArn(busName, name), RuleName: name, EventBusName: busName },
        };
        const isThere = await exists('DescribeRule', { Name: name, EventBusName: busName });
        if (isThere && isUnchanged(request)) return deployed;
        await send('PutRule', {
          Name: name,
          EventBusName: busName,
          Description: properties.Description,
          EventPattern: patternText(properties),
          ScheduleExpression: properties.ScheduleExpression,
          State: properties.State,
          RoleArn: properties.RoleArn,
        });
        const wanted = new Set(properties.Targets.map(({ Id }) => Id));
        // Of a rule that nothing is known of, no target of an earlier template may stay.
        const before =
          previousProperties?.Targets.map(({ Id }) => Id) ?? (await idsOfTargets(place));
        const gone = before.filter((id) => !wanted.has(id));
        if (gone.length > 0) await send('RemoveTargets', { ...place, Ids: gone });
        if (wanted.size > 0) await send('PutTargets', { ...place, Targets: properties.Targets });
        return deployed;
      },
      ({ attributes }) =>
        unlessGone(removeRule(attributes['RuleName'] ?? '', attributes['EventBusName'] ?? '')),
    ),
    'AWS::Events::EventBusPolicy': defineHandler(
      busPolicy,
      async ({ properties: { EventBusName, StatementId, Statement } }) => {
        await events.putBusStatement(busNameOf(EventBusName), StatementId, Statement);
        return { id: StatementId, attributes: {} };
      },
      async (_deployed, properties) => {
        if (properties === undefined) return;
        const { EventBusName, StatementId } = properties;
        await unlessGone(events.putBusStatement(busNameOf(EventBusName), StatementId, null));
      },
    ),
  };
};
