import * as z from 'zod';
import type { StateMachineSettings } from '../../services/states/machines.ts';
import { DeployError } from '../deploy-error.ts';
import { generatedName } from '../naming.ts';
import { defineHandler } from '../resource-handler.ts';
import type { ResourceHandler } from '../resource-handler.ts';

const stateMachine = z.object({
  StateMachineName: z.string().optional(),
  StateMachineType: z.enum(['EXPRESS', 'STANDARD']).default('STANDARD'),
  DefinitionString: z.string(),
  DefinitionSubstitutions: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({}),
  RoleArn: z.string(),
  LoggingConfiguration: z
    .object({
      Level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']).default('OFF'),
      IncludeExecutionData: z.boolean().default(false),
      Destinations: z
        .array(z.object({ CloudWatchLogsLogGroup: z.object({ LogGroupArn: z.string() }) }))
        .default([]),
    })
    .prefault({}),
  EncryptionConfiguration: z.object({ KmsKeyId: z.string().optional() }).prefault({}),
});

const substituted = (
  definition: string,
  substitutions: Readonly<Record<string, string | number | boolean>>,
  logicalId: string,
): string =>
  definition.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = substitutions[name];
    if (value !== undefined) return String(value);
    throw new DeployError(
      `The definition of ${logicalId} names \${${name}}, which nothing fills in.`,
    );
  });

const logGroupOf = (arn: string): string => /:log-group:([^:]+)/.exec(arn)?.[1] ?? arn;

export const stateMachineHandlers = (
  putStateMachine: (
    settings: StateMachineSettings,
  ) => Promise<{ readonly stateMachineArn: string }>,
): Record<string, ResourceHandler> => ({
  'AWS::StepFunctions::StateMachine': defineHandler(
    stateMachine,
    async ({ properties, ...request }) => {
      const name = properties.StateMachineName ?? generatedName(request, 80);
      const { LoggingConfiguration: logging } = properties;
      const group = logging.Destinations[0]?.CloudWatchLogsLogGroup.LogGroupArn;
      const { stateMachineArn } = await putStateMachine({
        name,
        type: properties.StateMachineType,
        definition: substituted(
          properties.DefinitionString,
          properties.DefinitionSubstitutions,
          request.logicalId,
        ),
        roleArn: properties.RoleArn,
        logging:
          group === undefined
            ? null
            : {
                level: logging.Level,
                includeExecutionData: logging.IncludeExecutionData,
                logGroup: logGroupOf(group),
              },
        kmsKeyArn: properties.EncryptionConfiguration.KmsKeyId ?? null,
      });
      return { id: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name } };
    },
  ),
});
