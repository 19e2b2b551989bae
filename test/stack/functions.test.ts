import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { listIndexes } from '../../core/ledger/list-indexes.ts';
import { flatten, policyLines, type TemplatePolicy } from './policy-lines.ts';
import { sdkCallsOf } from './sdk-calls.ts';
import { synthesizeStepkey } from './stepkey-templates.ts';

// One file, though long: what every function may do is read side by side.

interface FunctionProperties {
  readonly FunctionName: string;
  readonly Role: { readonly 'Fn::GetAtt': readonly [string, string] };
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly [property: string]: unknown;
}

const { broker, stagingDirectory } = synthesizeStepkey();
const roles = broker.findResources('AWS::IAM::Role');
const functions = Object.fromEntries(
  Object.values(broker.findResources('AWS::Lambda::Function')).map((resource) => {
    const properties = resource['Properties'] as FunctionProperties;
    return [properties.FunctionName, properties];
  }),
);
const functionNamed = (name: string): FunctionProperties => {
  const found = functions[`stepkey-${name}`];
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
};
const roleOf = (name: string) =>
  roles[functionNamed(name).Role['Fn::GetAtt'][0]]?.['Properties'] as {
    AssumeRolePolicyDocument: TemplatePolicy;
    ManagedPolicyArns?: unknown;
    Policies: { PolicyDocument: TemplatePolicy }[];
  };
/** Functions of a construct of their own; the others are of BrokerFunctions. */
const constructOf: Readonly<Record<string, string>> = {
  batches: 'Batches',
  archive: 'LedgerExport',
  audit: 'Ledger',
  publish: 'Ledger',
  replay: 'Ledger',
  revocations: 'Revocations',
  revoke: 'Revocations',
};
const logsOf = (name: string) => `<Broker${constructOf[name] ?? 'Functions'}${name}Logs`;
/** What the function may do beside writing its own log and its traces. */
const callsOf = (name: string): readonly string[] => {
  const lines = roleOf(name).Policies.flatMap(({ PolicyDocument }) => policyLines(PolicyDocument));
  expect(lines.slice(0, 2)).toEqual([
    `logs:CreateLogStream,logs:PutLogEvents on ${logsOf(name)}.Arn>`,
    'xray:PutTelemetryRecords,xray:PutTraceSegments on *',
  ]);
  return lines.slice(2);
};

const names = [
  'api',
  'archive',
  'audit',
  'batches',
  'decide',
  'exchange',
  'identity',
  'publish',
  'replay',
  'revocations',
  'revoke',
];
const seal = (purposes: string) =>
  `kms:GenerateDataKey on <BrokerKeysSealing.Arn> if kms:EncryptionContext:purpose=${purposes}`;
const open = (purposes: string) =>
  `kms:Decrypt on <BrokerKeysSealing.Arn> if kms:EncryptionContext:purpose=${purposes}`;
const openTable =
  'kms:Decrypt on <BrokerKeysData.Arn> if kms:ViaService=dynamodb.<AWS::Region>.amazonaws.com';
const openQueue = openTable.replace('dynamodb', 'sqs');
const obtainToken =
  'cognito-identity:GetOpenIdTokenForDeveloperIdentity on arn:<AWS::Partition>:cognito-identity:<AWS::Region>:<AWS::AccountId>:identitypool/<StepkeyIdentity:ExportsOutputRefIdentityPool>';

describe('the functions', () => {
  it('are these', () => {
    expect(Object.keys(functions).sort()).toEqual(names.map((name) => `stepkey-${name}`));
  });

  it.each(names)('%s runs as the toolchain says, traced, with a log group of its own', (name) => {
    expect(functionNamed(name)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
    });
    expect(flatten((functionNamed(name)['LoggingConfig'] as { LogGroup: unknown }).LogGroup)).toBe(
      `${logsOf(name)}>`,
    );
  });

  it.each(names)('%s has a role of its own that only Lambda assumes', (name) => {
    expect(roleOf(name).AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
    ]);
    expect(roleOf(name).ManagedPolicyArns).toBeUndefined();
    expect(new Set(names.map((other) => functionNamed(other).Role['Fn::GetAtt'][0])).size).toBe(
      names.length,
    );
  });

  it('keep every log under the data key and not for ever', () => {
    const groups = Object.values(broker.findResources('AWS::Logs::LogGroup'));
    // One of the API and one of each machine beside those of the functions.
    expect(groups).toHaveLength(names.length + 4);
    for (const { Properties } of groups as { Properties: Record<string, unknown> }[]) {
      expect(flatten(Properties['KmsKeyId'])).toBe('<BrokerKeysData.Arn>');
      expect(Properties['RetentionInDays']).toBe(365);
    }
  });

  it('lose an event that exchange could not take at once: a late warm-up is of no use', () => {
    const configured = Object.values(broker.findResources('AWS::Lambda::EventInvokeConfig'));
    expect(configured).toHaveLength(1);
    expect(configured[0]?.['Properties']).toMatchObject({
      FunctionName: { Ref: expect.stringMatching(/exchange/) },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  it('leave no policy beside the roles’ own', () => {
    broker.resourceCountIs('AWS::IAM::Policy', 0);
  });
});

describe('the calls of a function', () => {
  const recordDenial =
    'dynamodb:GetItem,dynamodb:PartiQLInsert on <BrokerTable.Arn> if dynamodb:LeadingKeys=DENIAL#*';
  const findSubject = [
    'cognito-idp:AdminGetUser,cognito-idp:AdminListGroupsForUser,cognito-idp:ListUsers on <StepkeyIdentity:ExportsOutputFnGetAttUserPool6BA7E5F2Arn>',
    'dynamodb:GetItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*',
  ];

  it('decide opens caller tokens, finds subjects in the user pools, and changes nothing', () => {
    expect(callsOf('decide')).toEqual([open('caller-token|warrant'), ...findSubject, openTable]);
  });

  it('identity opens caller tokens, registers, and touches subjects and idempotency rows', () => {
    expect(callsOf('identity')).toEqual([
      open('caller-token'),
      seal('openid-token'),
      obtainToken,
      obtainToken.replace('GetOpenIdTokenForDeveloperIdentity', 'LookupDeveloperIdentity'),
      'dynamodb:GetItem,dynamodb:UpdateItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*',
      'dynamodb:DeleteItem,dynamodb:GetItem,dynamodb:PutItem,dynamodb:UpdateItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=IDEMPOTENCY#*',
      openTable,
    ]);
  });

  it('exchange seals credentials but cannot open them, and reads no row', () => {
    expect(callsOf('exchange')).toEqual([
      open('openid-token'),
      seal('credentials|openid-token'),
      obtainToken,
    ]);
  });

  it('api starts one machine, opens credentials, reads the cache and records hand-outs', () => {
    const machine = '<BrokerIssueCredentialsMachineStateMachine>';
    expect(callsOf('api')).toEqual([
      `states:StartExecution,states:StartSyncExecution on ${machine}`,
      `kms:Decrypt on <BrokerKeysData.Arn> if kms:EncryptionContext:aws:states:stateMachineArn=${machine}`,
      open('credentials'),
      seal('caller-token'),
      'dynamodb:BatchGetItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*|CLIENT#*|GRANT#*|EVERYTHING',
      ...findSubject,
      'dynamodb:PutItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SESSION#*',
      recordDenial,
      openTable,
    ]);
  });

  it('revoke writes one policy and cannot attach it, opens nothing and starts its own machine [SEC-31]', () => {
    const policy = '<BrokerDenyPolicy>';
    expect(callsOf('revoke')).toEqual([
      'cognito-idp:AdminGetUser,cognito-idp:AdminListGroupsForUser,cognito-idp:ListUsers on <StepkeyIdentity:ExportsOutputFnGetAttUserPool6BA7E5F2Arn>',
      'dynamodb:Query on <BrokerTable.Arn>/index/live',
      'dynamodb:GetItem,dynamodb:PutItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=WRITER#reconciler',
      `iam:GetPolicy,iam:GetPolicyVersion on ${policy}`,
      `iam:CreatePolicyVersion,iam:DeletePolicyVersion,iam:ListPolicyVersions on ${policy}`,
      'states:StartExecution on arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:stateMachine:stepkey-revoke',
      'dynamodb:GetItem,dynamodb:PutItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=REVOCATION#*',
      'dynamodb:PutItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=REVOCATIONS',
      'dynamodb:BatchGetItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*|CLIENT#*|GRANT#*|EVERYTHING',
      'dynamodb:GetItem,dynamodb:UpdateItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*|CLIENT#*|GRANT#*|EVERYTHING',
      'dynamodb:DeleteItem,dynamodb:Query on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*',
      'dynamodb:PutItem,dynamodb:Query,dynamodb:UpdateItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=WRITER#deny-policy',
      openTable,
    ]);
  });

  it('[SEC-40] publish reads the stream, appends to chains and tells the bus, and can change nothing that is chained', () => {
    expect(callsOf('publish')).toEqual([
      'dynamodb:DescribeStream,dynamodb:GetRecords,dynamodb:GetShardIterator,dynamodb:ListStreams on <BrokerTable.StreamArn>',
      'dynamodb:PutItem,dynamodb:Query on <BrokerTable.Arn> if dynamodb:LeadingKeys=LEDGER#*',
      'dynamodb:BatchGetItem,dynamodb:BatchWriteItem,dynamodb:PutItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=RECORD#*',
      'events:PutEvents on <BrokerLedgerBus.Arn> if events:source=stepkey',
      'sqs:SendMessage on <BrokerLedgerFailedChanges.Arn>',
      openQueue.replace('kms:Decrypt', 'kms:Decrypt,kms:GenerateDataKey'),
      openTable,
    ]);
  });

  it('replay reads chains, appends what the queue holds, and tells the bus; it puts nothing into the queue', () => {
    expect(callsOf('replay')).toEqual([
      'dynamodb:Query on <BrokerTable.Arn> if dynamodb:LeadingKeys=LEDGER#*|RECORD#*',
      'dynamodb:PutItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=LEDGER#*|RECORD#*',
      'events:PutEvents on <BrokerLedgerBus.Arn> if events:source=stepkey',
      'sqs:DeleteMessage,sqs:ReceiveMessage on <BrokerLedgerFailedChanges.Arn>',
      openQueue,
      'dynamodb:BatchGetItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*|CLIENT#*|GRANT#*|EVERYTHING',
      recordDenial,
      openTable,
    ]);
  });

  it('archive reads chains, and writes below one prefix of one bucket what it can neither read nor remove', () => {
    expect(callsOf('archive')).toEqual([
      'dynamodb:Query on <BrokerTable.Arn> if dynamodb:LeadingKeys=LEDGER#*',
      'dynamodb:GetItem,dynamodb:PutItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=WRITER#archive',
      's3:PutObject on <BrokerLedgerExportBucket.Arn>/ledger/*',
      'kms:GenerateDataKey on <BrokerKeysData.Arn> if kms:ViaService=s3.<AWS::Region>.amazonaws.com',
      openTable,
    ]);
  });

  it('revocations starts one machine and changes no subject', () => {
    expect(callsOf('revocations')).toEqual([
      'states:StartExecution on <BrokerRevocationsMachineStateMachine>',
      'dynamodb:BatchGetItem,dynamodb:GetItem,dynamodb:PutItem,dynamodb:UpdateItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=REVOCATION#*',
      'dynamodb:PutItem,dynamodb:Query on <BrokerTable.Arn> if dynamodb:LeadingKeys=REVOCATIONS',
      'dynamodb:BatchGetItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*|CLIENT#*|GRANT#*|EVERYTHING',
      recordDenial,
      openTable,
    ]);
  });

  it('batches adds refusals and replaces none', () => {
    const lines = callsOf('batches');
    expect(lines).toContain(recordDenial);
    expect(lines.filter((line) => /DENIAL|LeadingKeys=\*/.test(line))).toHaveLength(1);
  });

  it('audit reads, and can write, seal and open nothing', () => {
    const calls = callsOf('audit');
    expect(calls.slice(1)).toEqual([
      'dynamodb:Query on <BrokerTable.Arn> if dynamodb:LeadingKeys=LEDGER#*|RECORD#*',
      'dynamodb:BatchGetItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=LEDGER#*|SESSION#*',
      'dynamodb:GetItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*',
      'dynamodb:BatchGetItem on <BrokerTable.Arn> if dynamodb:LeadingKeys=SUBJECT#*|CLIENT#*|GRANT#*|EVERYTHING',
      'logs:FilterLogEvents on <BrokerIssueCredentialsMachineLogs.Arn>',
      openTable,
    ]);
    const lists = Object.values(listIndexes).map(({ index }) => `<BrokerTable.Arn>/index/${index}`);
    expect(calls[0]).toBe(`dynamodb:Query on ${lists.sort().join(' ')}`);
  });
});

/** Calls that AWS makes in the function's name, not the function: tables, buckets, streams and logs under keys. */
const madeByServices = (line: string): boolean =>
  /kms:ViaService=|kms:EncryptionContext:aws:|:DescribeStream,/.test(line);
/** Calls without credentials of the function: the caller's or the pool's own token is what counts. */
const unsigned = ['cognito-identity:GetId', 'sts:AssumeRoleWithWebIdentity'];
/** In the bundle because an adapter knows more than this function asks of it; the role does not allow it. */
const onlyBundled: Readonly<Record<string, readonly string[]>> = {
  // One adapter for the queue of what failed: one side fills it, the other empties it.
  publish: ['sqs:DeleteMessage', 'sqs:ReceiveMessage'],
  // And it chains one record at a time: those are not noted together.
  replay: ['dynamodb:BatchWriteItem', 'sqs:SendMessage'],
  // Only where the deployment has roles in other accounts.
  revoke: ['sts:AssumeRole'],
};

describe('the role of a function', () => {
  it.each(names)('%s allows exactly what its code asks of AWS', async (name) => {
    const { actions } = await sdkCallsOf(name);
    const allowed = callsOf(name)
      .filter((line) => !madeByServices(line) && !line.startsWith('kms:'))
      .flatMap((line) => line.split(' on ')[0]?.split(',') ?? []);
    expect([...new Set(allowed)].sort()).toEqual(
      actions.filter(
        (action) => !unsigned.includes(action) && !onlyBundled[name]?.includes(action),
      ),
    );
    for (const action of onlyBundled[name] ?? []) expect(actions).toContain(action);
  });

  it.each(names)('%s seals and opens exactly what its code does', async (name) => {
    const { sealing } = await sdkCallsOf(name);
    const allowed = callsOf(name).flatMap((line) => {
      const [, operation, purposes = ''] =
        /^kms:(GenerateDataKey|Decrypt) on .* if kms:EncryptionContext:purpose=(.*)$/.exec(line) ??
        [];
      if (operation === undefined) return [];
      return purposes
        .split('|')
        .map((purpose) => `${operation === 'Decrypt' ? 'open' : 'seal'} ${purpose}`);
    });
    expect(allowed.sort()).toEqual(sealing);
  });
});

describe('the stream of the table', () => {
  it('goes to publish, with everything that failed kept, and without cache entries', () => {
    const [mapping] = Object.values(broker.findResources('AWS::Lambda::EventSourceMapping')).map(
      (resource) => resource['Properties'] as Record<string, unknown>,
    );
    expect(mapping).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    // Not much before the stream itself forgets, but before: what it forgot is named nowhere.
    expect(mapping?.['MaximumRetryAttempts']).toBeUndefined();
    expect(mapping?.['MaximumRecordAgeInSeconds']).toBe(22 * 3600);
    expect(flatten(mapping?.['EventSourceArn'])).toBe('<BrokerTable.StreamArn>');
    expect(
      flatten(
        (mapping?.['DestinationConfig'] as { OnFailure: { Destination: unknown } }).OnFailure
          .Destination,
      ),
    ).toBe('<BrokerLedgerFailedChanges.Arn>');
    const { Filters } = mapping?.['FilterCriteria'] as { Filters: { Pattern: string }[] };
    const patterns = Filters.map(({ Pattern }) => Pattern);
    expect(patterns.join()).not.toContain('ENTRY');
    expect(patterns.find((pattern) => pattern.includes('SUBJECT#'))).toContain(
      '"sk":{"S":["SUBJECT"]}',
    );
  });
});

describe('the environment of a function', () => {
  const common = [
    'STEPKEY_VERSION',
    'POWERTOOLS_SERVICE_NAME',
    'POWERTOOLS_LOG_LEVEL',
    'POWERTOOLS_METRICS_NAMESPACE',
  ];
  const own: Readonly<Record<string, readonly string[]>> = {
    api: [
      'TABLE_NAME',
      'SEALING_KEY_ARN',
      'STATE_MACHINE_ARN',
      'USER_POOLS',
      'DEVELOPER_PROVIDER',
      'IDENTITY_POOL_ID',
      'IDENTITY_MODE',
      'MAPPED_ROLE_ARN_PREFIX',
      'TEMPLATE_VALUES',
      'CORS_ORIGINS',
    ],
    decide: [
      'SEALING_KEY_ARN',
      'TABLE_NAME',
      'USER_POOLS',
      'DEVELOPER_PROVIDER',
      'IDENTITY_POOL_ID',
      'MAPPED_ROLE_ARN_PREFIX',
      'TEMPLATE_VALUES',
    ],
    identity: [
      'SEALING_KEY_ARN',
      'TABLE_NAME',
      'IDENTITY_POOL_ID',
      'DEVELOPER_PROVIDER',
      'IDENTITY_MODE',
      'USER_POOLS',
    ],
    exchange: ['SEALING_KEY_ARN', 'IDENTITY_POOL_ID', 'DEVELOPER_PROVIDER'],
    batches: [
      'SEALING_KEY_ARN',
      'TABLE_NAME',
      'BUCKET_NAME',
      'STATE_MACHINE_ARN',
      'WARRANT_SECONDS',
      'USER_POOLS',
      'CORS_ORIGINS',
    ],
    revocations: ['TABLE_NAME', 'STATE_MACHINE_ARN', 'USER_POOLS', 'CORS_ORIGINS'],
    revoke: [
      'RECONCILES_GROUPS',
      'SUBJECTS_PER_RUN',
      'TABLE_NAME',
      'DENY_POLICY_ARN',
      'SPOKE_DENY_POLICIES',
      'LONGEST_SESSION_SECONDS',
      'STATE_MACHINE_ARN',
      'USER_POOLS',
    ],
    audit: [
      'TABLE_NAME',
      'EXECUTION_LOG_GROUP',
      'USER_POOLS',
      'CORS_ORIGINS',
      'MAPPED_ROLE_ARN_PREFIX',
      'TEMPLATE_VALUES',
    ],
    archive: ['TABLE_NAME', 'BUCKET_NAME'],
    publish: ['TABLE_NAME', 'EVENT_BUS_NAME', 'FAILED_QUEUE_URL'],
    replay: ['TABLE_NAME', 'EVENT_BUS_NAME', 'FAILED_QUEUE_URL', 'USER_POOLS', 'CORS_ORIGINS'],
  };

  it.each(names)('%s has the names it reads and no other', (name) => {
    expect(Object.keys(functionNamed(name).Environment.Variables).sort()).toEqual(
      [...common, ...(own[name] ?? [])].sort(),
    );
  });

  it('tells pools and template values as JSON', () => {
    const { USER_POOLS, TEMPLATE_VALUES, CORS_ORIGINS, MAPPED_ROLE_ARN_PREFIX } =
      functionNamed('api').Environment.Variables;
    const pools = JSON.parse(flatten(USER_POOLS)) as { alias: string; clients: object }[];
    expect(pools.map(({ alias }) => alias)).toEqual(['users']);
    expect(Object.keys(pools[0]?.clients ?? {})).toEqual([
      'app',
      'cli',
      'service',
      'batch',
      'audit',
      'operator',
    ]);
    expect(JSON.parse(flatten(TEMPLATE_VALUES))).toEqual({
      partition: '<AWS::Partition>',
      region: '<AWS::Region>',
      accountId: '<AWS::AccountId>',
      bucket: '<Files>',
    });
    expect(CORS_ORIGINS).toBe('[]');
    expect(flatten(MAPPED_ROLE_ARN_PREFIX)).toBe(
      'arn:<AWS::Partition>:iam::<AWS::AccountId>:role/stepkey/stepkey-',
    );
  });
});

describe('what is deployed as a function', () => {
  it('has the grants beside the bundle where it decides or says who can get what, and nowhere else', () => {
    const holders = names.filter((name) =>
      readdirSync(join(stagingDirectory, name)).includes('grants.json'),
    );
    expect(holders).toEqual(['api', 'audit', 'batches', 'decide', 'revocations', 'revoke']);
    const grants = JSON.parse(
      readFileSync(join(stagingDirectory, 'decide/grants.json'), 'utf8'),
    ) as { name: string }[];
    expect(grants.map(({ name }) => name)).toEqual([
      'by-role',
      'own-files',
      'reports',
      'service-self',
      'team-read',
    ]);
  });
});
