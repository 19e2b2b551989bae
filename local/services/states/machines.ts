/** The state machines of the account: what is stored of them, and their compiled definitions. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../core/ports.ts';
import type { Machine } from '../../asl/definition.ts';
import { parseDefinition } from '../../asl/parse.ts';
import { AwsError } from '../../aws.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import type { Collection } from '../../state/store.ts';
import type { Logging } from './execution-log.ts';
import { refuseResource } from './task-resources.ts';

export interface StateMachineSettings {
  readonly name: string;
  readonly type: 'EXPRESS' | 'STANDARD';
  /** ASL text, its substitutions made. */
  readonly definition: string;
  readonly roleArn: string;
  /** Null where the machine does not log. */
  readonly logging: Logging | null;
  /** The customer-managed key; null for AWS's own. */
  readonly kmsKeyArn: string | null;
}

export interface StoredStateMachine extends StateMachineSettings {
  readonly arn: string;
  readonly createdAtEpochMillis: number;
  readonly revisionId: string;
}

export interface Machines {
  /** By the machine's own ARN or that of an alias. @throws AwsError InvalidArn, StateMachineDoesNotExist */
  readonly require: (arn: unknown) => StoredStateMachine;
  readonly find: (arn: string) => StoredStateMachine | undefined;
  readonly compiled: (stored: StoredStateMachine) => Machine;
  /** Makes it or replaces it. @throws AwsError InvalidName, InvalidDefinition */
  readonly put: (settings: StateMachineSettings) => Promise<StoredStateMachine>;
  readonly delete: (arn: string) => Promise<void>;
  /** Makes the ARN another one for the machine as it is deployed last. */
  readonly putAlias: (aliasArn: string) => Promise<void>;
  readonly deleteAlias: (aliasArn: string) => Promise<void>;
  readonly all: () => StoredStateMachine[];
}

/** A machine's ARN, and behind it an alias or the number of a version; both null for what is no machine's. */
export const partsOfArn = (
  arn: string,
): { readonly machineArn: string | null; readonly qualifier: string | null } => {
  const [, machineArn = null, qualifier = null] =
    /^(arn:aws:states:[^:]+:\d{12}:stateMachine:[^:]+)(?::([^:]+))?$/.exec(arn) ?? [];
  return { machineArn, qualifier };
};

export const stateMachineArn = (name: string): string =>
  `arn:aws:states:${twinRegion}:${twinAccountId}:stateMachine:${name}`;

/** @throws AwsError InvalidName */
export const requireName = (name: string): void => {
  // eslint-disable-next-line no-control-regex
  if (/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/u.test(name)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
};

/** @throws AwsError InvalidDefinition */
const compile = ({
  definition,
  type,
}: Pick<StateMachineSettings, 'definition' | 'type'>): Machine => {
  const { machine, diagnostics } = parseDefinition(definition, { refuseResource, type });
  if (machine !== null) return machine;
  const reasons = diagnostics.map(
    ({ code, message, location }) => `${code}: ${message} at ${location}`,
  );
  throw new AwsError(
    'InvalidDefinition',
    `Invalid State Machine Definition: '${reasons.join(', ')}'`,
  );
};

export const createMachines = (
  collection: Collection<StoredStateMachine>,
  aliases: Collection<{ readonly machineArn: string }>,
  clock: Clock,
): Machines => {
  const compiled = new Map<string, Machine>();
  const find = (arn: string): StoredStateMachine | undefined => collection.get(arn);
  return {
    find,
    require: (arn) => {
      const kind = /^arn:aws:states:[^:]+:\d{12}:(\w+):[^:]+/.exec(String(arn))?.[1];
      if (kind !== undefined && kind !== 'stateMachine') {
        const reason = `Resource type not valid in this context: ${kind}`;
        throw new AwsError('InvalidArn', `Invalid Arn: '${reason}'`);
      }
      const { machineArn, qualifier } = partsOfArn(String(arn));
      if (typeof arn !== 'string' || machineArn === null) {
        throw new AwsError('InvalidArn', `Invalid Arn: '${String(arn)}'`);
      }
      const isKnown = qualifier === null || aliases.get(arn) !== undefined;
      const stored = isKnown ? find(machineArn) : undefined;
      if (stored !== undefined) return stored;
      throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    },
    compiled: (stored) => {
      const known = compiled.get(stored.revisionId);
      if (known !== undefined) return known;
      const machine = compile(stored);
      compiled.set(stored.revisionId, machine);
      return machine;
    },
    put: async (settings) => {
      requireName(settings.name);
      const machine = compile(settings);
      const arn = stateMachineArn(settings.name);
      const replaced = find(arn);
      const stored = {
        ...settings,
        arn,
        createdAtEpochMillis: replaced?.createdAtEpochMillis ?? clock.nowEpochMillis(),
        revisionId: randomUUID(),
      };
      compiled.set(stored.revisionId, machine);
      await collection.put(arn, stored);
      compiled.delete(replaced?.revisionId ?? '');
      return stored;
    },
    delete: async (arn) => {
      compiled.delete(find(arn)?.revisionId ?? '');
      await collection.delete(arn);
    },
    putAlias: async (aliasArn) => {
      const { machineArn } = partsOfArn(aliasArn);
      await aliases.put(aliasArn, { machineArn: machineArn ?? '' });
    },
    deleteAlias: (aliasArn) => aliases.delete(aliasArn),
    all: () => [...collection.entries()].map(([, machine]) => machine),
  };
};
