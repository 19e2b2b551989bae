import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from './stepkey-templates.ts';

/** What a function's own code asks of AWS, as far as it is bundled: read from the text that would be deployed. */
export interface SdkCalls {
  /** `dynamodb:GetItem`, by the commands of the SDK's clients; sorted. */
  readonly actions: readonly string[];
  /** What it seals and opens: `seal caller-token`; sorted. */
  readonly sealing: readonly string[];
}

/** A client's package → the prefix of its actions in IAM. */
const prefixes: Readonly<Record<string, string>> = {
  'client-cloudwatch-logs': 'logs',
  'client-cognito-identity': 'cognito-identity',
  'client-cognito-identity-provider': 'cognito-idp',
  'client-dynamodb': 'dynamodb',
  'client-eventbridge': 'events',
  'client-iam': 'iam',
  'client-s3': 's3',
  'client-sfn': 'states',
  'client-sqs': 'sqs',
  'client-sts': 'sts',
};

/** What Powertools' idempotency asks of its table. @see Powertools, Idempotency, IAM permissions */
const idempotency = ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'].map(
  (operation) => `dynamodb:${operation}`,
);

/** How a statement begins → its action in IAM. @see Amazon DynamoDB Developer Guide, "IAM policies with PartiQL" */
const partiQlActions: Readonly<Record<string, string>> = {
  'INSERT INTO': 'dynamodb:PartiQLInsert',
  SELECT: 'dynamodb:PartiQLSelect',
  UPDATE: 'dynamodb:PartiQLUpdate',
  'DELETE FROM': 'dynamodb:PartiQLDelete',
};

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();

/** Packages stay outside, so that every command in the text is one that our code makes. */
const bundledText = async (name: string): Promise<string> => {
  const { outputFiles } = await build({
    absWorkingDir: repository,
    entryPoints: [join('functions', name, 'index.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@aws-sdk/*', '@aws-crypto/*', '@aws-lambda-powertools/*'],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
};

/** @throws TypeError for a client without a prefix above, a command that no import names, or statements that are not found */
export const sdkCallsOf = async (name: string): Promise<SdkCalls> => {
  const text = await bundledText(name);
  const packageOf = new Map<string, string>();
  for (const [, names = '', from = ''] of text.matchAll(
    /import \{([^}]*)\} from "@aws-sdk\/([^"]+)"/g,
  )) {
    for (const imported of names.split(',')) {
      const [original = '', local = original] = imported.trim().split(' as ');
      packageOf.set(local, `${from} ${original}`);
    }
  }
  const actions = [...text.matchAll(/new (\w+)\(/g)]
    .map(([, local = '']) => packageOf.get(local) ?? '')
    .filter((found) => found.endsWith('Command'))
    // Of KMS the sealer alone asks: what for is read below, from what is sealed and opened.
    .filter((found) => !found.startsWith('client-kms '))
    .map((found) => {
      const [client = '', command = ''] = found.split(' ');
      const prefix = prefixes[client];
      if (prefix === undefined) throw new TypeError(`no prefix for ${client}`);
      return `${prefix}:${command.replace('Command', '')}`;
    });
  // IAM asks about what a statement does, not about the call that carries it.
  const statements = [...text.matchAll(/["'`](INSERT INTO|SELECT|UPDATE|DELETE FROM) /g)].map(
    ([, verb = '']) => partiQlActions[verb] ?? verb,
  );
  if (statements.length === 0 && actions.includes('dynamodb:BatchExecuteStatement')) {
    throw new TypeError('a call of statements without one that can be read');
  }
  const sealing = [...text.matchAll(/sealer\.(seal|prepare|open)\(\s*"([a-z-]+)"/g)].map(
    ([, how = '', purpose = '']) => `${how === 'open' ? 'open' : 'seal'} ${purpose}`,
  );
  return {
    actions: unique([
      ...actions.filter((action) => action !== 'dynamodb:BatchExecuteStatement'),
      ...statements,
      ...(text.includes('"@aws-lambda-powertools/idempotency/dynamodb"') ? idempotency : []),
    ]),
    sealing: unique(sealing),
  };
};
