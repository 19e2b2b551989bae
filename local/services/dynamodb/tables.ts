/** Tables beyond what dynalite keeps of them: time to live, streams, encryption, backups. */
import { AwsError } from '../../aws.ts';
import type { Collection } from '../../state/store.ts';
import { tableNameOf } from './access.ts';
import type { Engine } from './engine.ts';
import { clearStream, createTableStream } from './streams.ts';
import type { TableStream } from './streams.ts';

type Input = Record<string, unknown>;

/** Kept in the durable store beside the engine's own description. */
export interface TableSettings {
  readonly timeToLiveAttribute: string | null;
  /** When the stream was made, which names it; null where there is none. */
  readonly streamLabel: string | null;
  readonly keyArn: string | null;
  readonly pointInTimeRecovery: boolean;
  readonly deletionProtection: boolean;
}

const noSettings: TableSettings = {
  timeToLiveAttribute: null,
  streamLabel: null,
  keyArn: null,
  pointInTimeRecovery: false,
  deletionProtection: false,
};

export interface Tables {
  readonly arnOf: (name: string) => string;
  readonly settingsOf: (name: string) => TableSettings;
  readonly put: (name: string, settings: TableSettings) => Promise<void>;
  readonly forget: (name: string) => Promise<void>;
  readonly streamOf: (name: string) => TableStream | undefined;
  readonly streamArnOf: (name: string) => string | null;
  readonly keyNamesOf: (name: string) => string[];
  /** Adds to a description of the engine's what the engine does not know. */
  readonly describe: (description: Input) => Input;
}

export const notFound = (name: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    `Requested resource not found: Table: ${name} not found`,
  );

const objectOf = (value: unknown): Input =>
  typeof value === 'object' && value !== null ? (value as Input) : {};

/** Reads the settings of a `CreateTable` call, or of a template's table. */
export const settingsFrom = (input: Input, nowEpochMillis: number): TableSettings => {
  const stream = objectOf(input['StreamSpecification']);
  const timeToLive = objectOf(input['TimeToLiveSpecification']);
  const encryption = objectOf(input['SSESpecification']);
  const recovery = objectOf(input['PointInTimeRecoverySpecification']);
  const attribute = timeToLive['AttributeName'];
  const key = encryption['KMSMasterKeyId'];
  const viewType = stream['StreamViewType'];
  if (viewType !== undefined && viewType !== 'NEW_AND_OLD_IMAGES') {
    throw new AwsError('NotImplemented', 'Streams have NEW_AND_OLD_IMAGES only.', {
      statusCode: 501,
    });
  }
  return {
    timeToLiveAttribute:
      timeToLive['Enabled'] === true && typeof attribute === 'string' ? attribute : null,
    streamLabel:
      viewType === undefined ? null : new Date(nowEpochMillis).toISOString().replace('Z', ''),
    keyArn: typeof key === 'string' ? key : null,
    pointInTimeRecovery: recovery['PointInTimeRecoveryEnabled'] === true,
    deletionProtection: input['DeletionProtectionEnabled'] === true,
  };
};

export const createTables = (
  engine: Pick<Engine, 'table' | 'range' | 'clear'>,
  settings: Collection<TableSettings>,
  place: { readonly accountId: string; readonly region: string; nowEpochMillis: () => number },
  /** Where the streams of an earlier process ended, by table. */
  endedAt: ReadonlyMap<string, string>,
): Tables => {
  const streams = new Map<string, TableStream>();
  const arnOf = (name: string): string =>
    `arn:aws:dynamodb:${place.region}:${place.accountId}:table/${name}`;
  const settingsOf = (name: string): TableSettings => settings.get(name) ?? noSettings;
  const keyNamesOf = (name: string): string[] =>
    engine.table(name)?.KeySchema.map(({ AttributeName }) => AttributeName) ?? [];
  const streamArnOf = (name: string): string | null => {
    const { streamLabel } = settingsOf(name);
    return streamLabel === null ? null : `${arnOf(name)}/stream/${streamLabel}`;
  };
  return {
    arnOf,
    settingsOf,
    keyNamesOf,
    streamArnOf,
    put: (name, value) => settings.put(name, value),
    forget: async (name) => {
      streams.delete(name);
      await settings.delete(name);
      await clearStream(engine, name);
    },
    streamOf: (name) => {
      const existing = streams.get(name);
      if (existing !== undefined) return existing;
      const streamArn = streamArnOf(name);
      if (streamArn === null) return undefined;
      const stream = createTableStream(engine, {
        tableName: name,
        streamArn,
        region: place.region,
        keyNames: keyNamesOf(name),
        nowEpochMillis: place.nowEpochMillis,
        lastSequenceNumber: endedAt.get(name) ?? '',
      });
      streams.set(name, stream);
      return stream;
    },
    describe: (description) => {
      const name = tableNameOf(description['TableName']);
      const { streamLabel, keyArn, deletionProtection } = settingsOf(name);
      return {
        ...description,
        DeletionProtectionEnabled: deletionProtection,
        ...(streamLabel === null
          ? {}
          : {
              StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
              LatestStreamArn: streamArnOf(name),
              LatestStreamLabel: streamLabel,
            }),
        ...(keyArn === null
          ? {}
          : { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keyArn } }),
      };
    },
  };
};
