/** The table and the identity pool of a deployment, with the operator's own AWS credentials. */
import { CognitoIdentityClient } from '@aws-sdk/client-cognito-identity';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Command } from 'commander';
import { clientSettings } from '../../../adapters/aws-clients.ts';
import { mendingPool, mendingRegistry } from '../../../adapters/identity-mending.ts';
import type { MendingPorts } from '../../../core/identity/mending.ts';
import { flagsOf } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { findProfile } from '../find-profile.ts';
import type { Terminal } from '../terminal.ts';
import type { PlaceOptions } from './options.ts';

export interface Place extends MendingPorts {
  /** The operator's ARN. */
  readonly operator: () => Promise<string>;
}

/** @throws CommandError configuration for what neither the command line nor the profile says */
export const findPlace = async (
  terminal: Terminal,
  options: PlaceOptions,
  command: Command,
): Promise<Place> => {
  const profile = await findProfile(terminal, flagsOf(command));
  const said = (name: keyof PlaceOptions, flag: string): string => {
    const value = options[name] ?? profile[name];
    if (value !== null) return value;
    throw new CommandError(
      exitCodes.configuration,
      `The profile "${profile.name}" does not say it: give ${flag}, or run: stepkey configure --endpoints <file>`,
    );
  };
  const aws = {
    region: said('region', '--region'),
    endpoint: options.awsEndpoint ?? profile.awsEndpoint,
  };
  const sts = new STSClient(clientSettings('sts', aws));
  return {
    pool: mendingPool({
      client: new CognitoIdentityClient(clientSettings('cognito-identity', aws)),
      identityPoolId: said('identityPoolId', '--identity-pool-id'),
      developerProvider: said('developerProvider', '--developer-provider'),
    }),
    registry: mendingRegistry({
      client: new DynamoDBClient(clientSettings('dynamodb', aws)),
      tableName: said('table', '--table'),
    }),
    operator: async () => (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? '-',
  };
};
