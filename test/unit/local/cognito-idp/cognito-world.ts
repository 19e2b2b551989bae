/** A user pool with a confidential and a public client, a machine, and a few groups. */
import { decodeJwt } from 'jose';
import type { CallContext, Service } from '../../../../local/aws.ts';
import { AwsError } from '../../../../local/aws.ts';
import type {
  UserPoolClientSettings,
  UserPoolSettings,
} from '../../../../local/services/cognito-idp/model.ts';
import type { PreTokenGeneration } from '../../../../local/services/cognito-idp/pre-token-generation.ts';
import { secretHash } from '../../../../local/services/cognito-idp/secret-hash.ts';
import { createCognitoIdpService } from '../../../../local/services/cognito-idp/service.ts';
import { memoryKeyVault } from '../../../../local/state/keys.ts';
import { memoryStore } from '../../../../local/state/store.ts';
import type { Store } from '../../../../local/state/store.ts';
import { anonymousPrincipal } from '../../../../local/wire/principals.ts';

export const userPoolId = 'us-east-1_abcDEF123';
export const clientIds = {
  app: 'app00000000000000000000001',
  cli: 'cli00000000000000000000001',
  service: 'svc00000000000000000000001',
};
export const password = 'Correct-horse-1';
/** Ahead of the machine's clock, because aws-jwt-verify knows no other. */
export const startEpochSeconds = 4_000_000_000;

export const poolSettings: UserPoolSettings = {
  name: 'stepkey',
  passwordPolicy: {
    minimumLength: 10,
    requireUppercase: true,
    requireLowercase: true,
    requireNumbers: true,
    requireSymbols: true,
    temporaryPasswordValidityDays: 7,
  },
  usernameCaseSensitive: true,
  requiredAttributes: [],
  customAttributes: ['custom:tenant'],
  preTokenGeneration: null,
};

export const personalClient: UserPoolClientSettings = {
  name: 'app',
  generateSecret: true,
  explicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  allowedOAuthFlows: [],
  allowedOAuthScopes: [],
  accessTokenValiditySeconds: 3600,
  idTokenValiditySeconds: 1800,
  refreshTokenValiditySeconds: 86_400,
  authSessionValiditySeconds: 180,
  enableTokenRevocation: true,
  preventUserExistenceErrors: true,
  readAttributes: null,
};

// One vault for all: making RSA keys is slow, and they hold no state.
export const vault = memoryKeyVault();

const context: CallContext = {
  principal: anonymousPrincipal,
  requestId: 'request-1',
  sourceIp: '127.0.0.1',
};

/** Runs an operation without the authorization that the dispatcher does before it. */
export const runOperation = (
  service: Service,
  operation: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> => {
  const found = service.operations[operation];
  if (found === undefined) throw new TypeError(`${service.name} lacks ${operation}`);
  return Promise.resolve().then(() => found.run(input, context));
};

/** The refusal that the work ends in; fails when it ends otherwise. */
export const awsErrorOf = async (work: Promise<unknown>): Promise<AwsError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new TypeError('the work did not refuse');
};

export interface Tokens {
  readonly AccessToken: string;
  readonly IdToken: string;
  readonly RefreshToken: string;
  readonly ExpiresIn: number;
  readonly TokenType: string;
}

export const tokensOf = (answer: Record<string, unknown>): Tokens =>
  answer['AuthenticationResult'] as Tokens;

export const claimsOf = (token: string): Record<string, unknown> => decodeJwt(token);

export const createCognitoWorld = async (
  options: { store?: Store; preTokenGeneration?: PreTokenGeneration } = {},
) => {
  const store = options.store ?? memoryStore();
  const time = { epochMillis: startEpochSeconds * 1000 };
  const clock = { nowEpochMillis: () => time.epochMillis };
  const cognito = await createCognitoIdpService({
    store,
    vault,
    clock,
    region: 'us-east-1',
    accountId: '123456789012',
    ...(options.preTokenGeneration === undefined
      ? {}
      : { preTokenGeneration: options.preTokenGeneration }),
  });
  await cognito.putUserPool(userPoolId, poolSettings);
  await cognito.putClient(clientIds.app, userPoolId, personalClient);
  await cognito.putClient(clientIds.cli, userPoolId, {
    ...personalClient,
    name: 'cli',
    generateSecret: false,
    preventUserExistenceErrors: false,
  });
  const run = (operation: string, input: Record<string, unknown>) =>
    runOperation(cognito, operation, input);
  const hashFor = async (username: string): Promise<string> =>
    secretHash((await cognito.clientSecret(clientIds.app)) ?? '', username, clientIds.app);
  return {
    store,
    time,
    clock,
    cognito,
    run,
    hashFor,
    /** Makes a confirmed user of these groups, who must exist. */
    addUser: (username: string, groups: readonly string[] = []) =>
      cognito.importUser(userPoolId, {
        username,
        password,
        temporary: false,
        enabled: true,
        attributes: { email: `${username}@example.com`, email_verified: 'true' },
        groups,
      }),
    addGroup: (name: string, roleArn: string | null = null, precedence: number | null = null) =>
      cognito.putGroup(userPoolId, name, { description: null, roleArn, precedence }),
    /** Signs in at the public client. */
    signIn: (username: string, changes: Record<string, unknown> = {}) =>
      run('InitiateAuth', {
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId: clientIds.cli,
        AuthParameters: { USERNAME: username, PASSWORD: password },
        ...changes,
      }),
    refresh: (refreshToken: string, changes: Record<string, unknown> = {}) =>
      run('InitiateAuth', {
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        ClientId: clientIds.cli,
        AuthParameters: { REFRESH_TOKEN: refreshToken },
        ...changes,
      }),
  };
};

export type CognitoWorld = Awaited<ReturnType<typeof createCognitoWorld>>;
