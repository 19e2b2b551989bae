/** The calls that make, change and show state machines. */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../core/ports.ts';
import { parseDefinition } from '../../asl/parse.ts';
import { AwsError } from '../../aws.ts';
import type { Operation } from '../../aws.ts';
import type { AccessRequest } from '../../iam/policy.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import { onMachine } from './access.ts';
import { inputs, read } from './inputs.ts';
import type { EncryptionInput, LoggingInput } from './inputs.ts';
import { stateMachineArn } from './machines.ts';
import type { Machines, StateMachineSettings, StoredStateMachine } from './machines.ts';
import { refuseResource } from './task-resources.ts';

type Input = Record<string, unknown>;

const logGroupOf = (arn: string): string => /:log-group:([^:]+)/.exec(arn)?.[1] ?? arn;

const loggingOf = (input: LoggingInput | undefined): StateMachineSettings['logging'] => {
  const group = input?.destinations[0]?.cloudWatchLogsLogGroup.logGroupArn;
  if (input === undefined || group === undefined) return null;
  const { includeExecutionData, level } = input;
  return { level, includeExecutionData, logGroup: logGroupOf(group) };
};

const keyOf = (input: EncryptionInput | undefined): string | null =>
  input?.type === 'CUSTOMER_MANAGED_KMS_KEY' ? (input.kmsKeyId ?? null) : null;

const described = (machine: StoredStateMachine): Input => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  status: 'ACTIVE',
  definition: machine.definition,
  roleArn: machine.roleArn,
  type: machine.type,
  creationDate: machine.createdAtEpochMillis / 1_000,
  revisionId: machine.revisionId,
  loggingConfiguration:
    machine.logging === null
      ? { level: 'OFF', includeExecutionData: false, destinations: [] }
      : {
          level: machine.logging.level,
          includeExecutionData: machine.logging.includeExecutionData,
          destinations: [
            {
              cloudWatchLogsLogGroup: {
                logGroupArn: `arn:aws:logs:${twinRegion}:${twinAccountId}:log-group:${machine.logging.logGroup}:*`,
              },
            },
          ],
        },
  encryptionConfiguration:
    machine.kmsKeyArn === null
      ? { type: 'AWS_OWNED_KEY' }
      : { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: machine.kmsKeyArn },
});

const created = (machine: StoredStateMachine): Input => ({
  stateMachineArn: machine.arn,
  creationDate: machine.createdAtEpochMillis / 1_000,
});

const settingsOf = (machine: StoredStateMachine): StateMachineSettings => ({
  name: machine.name,
  type: machine.type,
  definition: machine.definition,
  roleArn: machine.roleArn,
  logging: machine.logging,
  kmsKeyArn: machine.kmsKeyArn,
});

/** The right to hand the role to Step Functions. */
export const passingRole = (roleArn: unknown): AccessRequest[] =>
  typeof roleArn === 'string'
    ? [
        {
          action: 'iam:PassRole',
          resource: roleArn,
          conditionKeys: { 'iam:PassedToService': 'states.amazonaws.com' },
        },
      ]
    : [];

export const createMachineOperations = (
  machines: Machines,
  clock: Clock,
): Readonly<Record<string, Operation>> => ({
  CreateStateMachine: {
    authorize: (input) => [
      {
        action: 'states:CreateStateMachine',
        resource: stateMachineArn(String(input['name'])),
      },
      ...passingRole(input['roleArn']),
    ],
    run: async (raw) => {
      const input = read(inputs.create, raw);
      const settings: StateMachineSettings = {
        name: input.name,
        type: input.type,
        definition: input.definition,
        roleArn: input.roleArn,
        logging: loggingOf(input.loggingConfiguration),
        kmsKeyArn: keyOf(input.encryptionConfiguration),
      };
      const existing = machines.find(stateMachineArn(input.name));
      if (existing !== undefined) {
        // Creating the same machine again is the same answer; only another one is a conflict.
        if (isDeepStrictEqual(settings, settingsOf(existing))) return created(existing);
        throw new AwsError(
          'StateMachineAlreadyExists',
          `State Machine Already Exists: '${existing.arn}'`,
        );
      }
      return created(await machines.put(settings));
    },
  },
  UpdateStateMachine: {
    authorize: (input) => [
      ...onMachine('UpdateStateMachine')(input),
      ...passingRole(input['roleArn']),
    ],
    run: async (raw) => {
      const input = read(inputs.update, raw);
      const present = settingsOf(machines.require(input.stateMachineArn));
      const { definition, encryptionConfiguration, loggingConfiguration, roleArn } = input;
      const machine = await machines.put({
        ...present,
        definition: definition ?? present.definition,
        roleArn: roleArn ?? present.roleArn,
        logging:
          loggingConfiguration === undefined ? present.logging : loggingOf(loggingConfiguration),
        kmsKeyArn:
          encryptionConfiguration === undefined
            ? present.kmsKeyArn
            : keyOf(encryptionConfiguration),
      });
      return { updateDate: clock.nowEpochMillis() / 1_000, revisionId: machine.revisionId };
    },
  },
  DeleteStateMachine: {
    authorize: onMachine('DeleteStateMachine'),
    run: async (raw) => {
      await machines.delete(read(inputs.machine, raw).stateMachineArn);
      return {};
    },
  },
  DescribeStateMachine: {
    authorize: onMachine('DescribeStateMachine'),
    run: (raw) =>
      Promise.resolve(described(machines.require(read(inputs.machine, raw).stateMachineArn))),
  },
  ListStateMachines: {
    authorize: () => [{ action: 'states:ListStateMachines', resource: '*' }],
    run: (raw) => {
      const { maxResults = 0, nextToken } = read(inputs.list, raw);
      const all = machines.all().sort((left, right) => (left.arn < right.arn ? -1 : 1));
      const rest = nextToken === undefined ? all : all.filter(({ arn }) => arn > nextToken);
      const page = rest.slice(0, maxResults === 0 ? 100 : maxResults);
      const last = page.at(-1);
      return Promise.resolve({
        stateMachines: page.map(({ arn, createdAtEpochMillis, name, type }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: createdAtEpochMillis / 1_000,
        })),
        ...(last !== undefined && page.length < rest.length && { nextToken: last.arn }),
      });
    },
  },
  ValidateStateMachineDefinition: {
    authorize: () => [{ action: 'states:ValidateStateMachineDefinition', resource: '*' }],
    run: (raw) => {
      const { definition, maxResults, severity, type } = read(inputs.validate, raw);
      const { machine, diagnostics } = parseDefinition(definition, { refuseResource, type });
      const wanted = diagnostics.filter(
        (diagnostic) => severity === 'WARNING' || diagnostic.severity === 'ERROR',
      );
      const shown = wanted.slice(0, maxResults === 0 ? 100 : maxResults);
      return Promise.resolve({
        result: machine === null ? 'FAIL' : 'OK',
        diagnostics: shown,
        truncated: shown.length < wanted.length,
      });
    },
  },
});
