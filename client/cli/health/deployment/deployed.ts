/** What a deployment is made of, by the file that says it: a twin's endpoints.json, or what `cdk deploy --outputs-file` wrote. */
import { readDeploymentFields } from '../../deployment-file.ts';
import { CommandError } from '../../command-error.ts';
import { exitCodes } from '../../exit-codes.ts';

export interface Deployed {
  /** Begins the names of everything. */
  readonly name: string;
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** Instead of AWS; null for AWS itself. */
  readonly endpoint: string | null;
  /** A twin's administrator; null where the SDK's own chain has the operator's. */
  readonly administrator: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
  readonly userPoolId: string | null;
  readonly tokenEndpoint: string | null;
  /** App client → its id, as in `batch`. */
  readonly clients: Readonly<Record<string, string>>;
  readonly identityPoolId: string;
  readonly developerProvider: string;
  readonly table: string;
  /** Machine → its ARN, as in `issue-credentials`. */
  readonly machines: Readonly<Record<string, string>>;
  readonly bucket: string | null;
  /** Null where the deployment keeps no copy of the ledger. */
  readonly ledgerBucket: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (fields: Fields, name: string): string | null =>
  typeof fields[name] === 'string' && fields[name] !== '' ? fields[name] : null;

const outputOf = (machine: string): string =>
  `${machine
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Arn`;

const machineNames = ['issue-credentials', 'issue-batch', 'revoke'] as const;

const clientsIn = (file: Fields, outputs: Fields): Record<string, string> => {
  const twins = isObject(file['clients']) ? file['clients'] : null;
  const pairs: (readonly [string, unknown])[] = twins
    ? Object.entries(twins).map(([name, client]) => [
        name,
        isObject(client) ? client['clientId'] : null,
      ])
    : Object.entries(outputs).flatMap(([name, id]) =>
        name.startsWith('ClientId') ? [[name.slice('ClientId'.length).toLowerCase(), id]] : [],
      );
  return Object.fromEntries(
    pairs.filter((pair): pair is readonly [string, string] => typeof pair[1] === 'string'),
  );
};

const administratorIn = (file: Fields): Deployed['administrator'] => {
  const given = file['adminCredentials'];
  if (!isObject(given)) return null;
  const accessKeyId = textOf(given, 'accessKeyId');
  const secretAccessKey = textOf(given, 'secretAccessKey');
  return accessKeyId === null || secretAccessKey === null ? null : { accessKeyId, secretAccessKey };
};

const domainOf = (outputs: Fields, region: string): string | null => {
  const domain = textOf(outputs, 'UserPoolDomain');
  return domain === null ? null : `https://${domain}.auth.${region}.amazoncognito.com/oauth2/token`;
};

/** @throws CommandError configuration when the file cannot be read or names no machines, table or identity pool */
export const readDeployed = async (path: string): Promise<Deployed> => {
  const file = await readDeploymentFields(path);
  const outputs: Fields = Object.assign({}, ...Object.values(file).filter(isObject)) as Fields;
  const said = (twins: string, stacks: string): string | null =>
    textOf(file, twins) ?? textOf(outputs, stacks);
  const required = (twins: string, stacks: string): string => {
    const value = said(twins, stacks);
    if (value !== null) return value;
    throw new CommandError(
      exitCodes.configuration,
      `${path} does not say ${stacks}; give a twin's .stepkey/endpoints.json or the file of: cdk deploy --all --outputs-file`,
    );
  };
  const twinsMachines = isObject(file['stateMachines']) ? file['stateMachines'] : {};
  const machines = Object.fromEntries(
    machineNames.map((name) => [
      name,
      textOf(twinsMachines, name) ?? required(`stateMachines.${name}`, outputOf(name)),
    ]),
  );
  const [, partition = 'aws', , region = '', accountId = '', , machine = ''] = (
    machines['issue-credentials'] ?? ''
  ).split(':');
  return {
    name: machine.replace(/-issue-credentials$/, ''),
    partition,
    region,
    accountId,
    endpoint: textOf(file, 'aws'),
    administrator: administratorIn(file),
    userPoolId: said('userPoolId', 'UserPoolId'),
    tokenEndpoint: textOf(file, 'tokenEndpoint') ?? domainOf(outputs, region),
    clients: clientsIn(file, outputs),
    identityPoolId: required('identityPoolId', 'IdentityPoolId'),
    developerProvider: required('developerProvider', 'DeveloperProvider'),
    table: required('table', 'TableName'),
    machines,
    bucket: said('bucket', 'BucketName'),
    ledgerBucket: said('ledgerBucket', 'LedgerBucketName'),
  };
};
