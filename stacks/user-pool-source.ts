import { Stack } from 'aws-cdk-lib';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';

/** A user pool whose tokens the broker takes. */
export interface UserPoolSource {
  /** Begins every subject id of this pool (`<alias>:<sub>`); never change it once people are registered. */
  readonly alias: string;
  readonly userPool: IUserPool;
  /** App client ids by the names that grants list: `{ app: '1h57…' }`. A token of any other client is refused. */
  readonly clients: Readonly<Record<string, string>>;
  /** Only for a pool with the UPDATED issuer configuration; else the issuer follows from the pool's Region and id. */
  readonly issuer?: string;
}

export const issuerOf = ({ userPool, issuer }: Pick<UserPoolSource, 'userPool' | 'issuer'>) =>
  issuer ?? `https://cognito-idp.${Stack.of(userPool).region}.amazonaws.com/${userPool.userPoolId}`;
