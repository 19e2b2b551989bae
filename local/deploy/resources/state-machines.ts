import { createHash } from 'node:crypto';
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

const version = z.object({ StateMachineArn: z.string(), StateMachineRevisionId: z.string() });
const alias = z.object({
  Name: z.string(),
  DeploymentPreference: z.object({ StateMachineVersionArn: z.string() }),
});

/** The same for the same settings, so that an unchanged machine gets no new version. */
const revisionOf = (settings: StateMachineSettings): string =>
  createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 32);

const machineOf = (versionArn: string): string => versionArn.replace(/:\d+$/, '');

/** Versions are numbers only: an alias leads to the machine as it was deployed last, and to all of it at once. */
export const stateMachineHandlers = ({
  putStateMachine,
  putStateMachineAlias,
  deleteStateMachineAlias,
}: {
  readonly putStateMachine: (
    settings: StateMachineSettings,
  ) => Promise<{ readonly stateMachineArn: string }>;
  readonly putStateMachineAlias: (aliasArn: string) => Promise<void>;
  readonly deleteStateMachineAlias: (aliasArn: string) => Promise<void>;
}): Record<string, ResourceHandler> => ({
  'AWS::StepFunctions::StateMachineVersion': defineHandler(
    version,
    ({ properties, previousProperties, previousId }) => {
      const isSame =
        previousProperties?.StateMachineRevisionId === properties.StateMachineRevisionId;
      const number = Number(/:(\d+)$/.exec(previousId ?? '')?.[1] ?? 0) + (isSame ? 0 : 1);
      const arn = `${properties.StateMachineArn}:${String(number)}`;
      return { id: arn, attributes: { Arn: arn } };
    },
  ),
  'AWS::StepFunctions::StateMachineAlias': defineHandler(
    alias,
    async ({ properties }) => {
      const { Name, DeploymentPreference } = properties;
      const arn = `${machineOf(DeploymentPreference.StateMachineVersionArn)}:${Name}`;
      await putStateMachineAlias(arn);
      return { id: arn, attributes: { Arn: arn } };
    },
    ({ id }) => deleteStateMachineAlias(id),
  ),
  'AWS::StepFunctions::StateMachine': defineHandler(
    stateMachine,
    async ({ properties, ...request }) => {
      const name = properties.StateMachineName ?? generatedName(request, 80);
      const { LoggingConfiguration: logging } = properties;
      const group = logging.Destinations[0]?.CloudWatchLogsLogGroup.LogGroupArn;
      const settings: StateMachineSettings = {
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
      };
      const { stateMachineArn } = await putStateMachine(settings);
      const StateMachineRevisionId = revisionOf(settings);
      return {
        id: stateMachineArn,
        attributes: { Arn: stateMachineArn, Name: name, StateMachineRevisionId },
      };
    },
  ),
});
