/** What probes act on: a deployment, and whatever they need beside it, made for the run and taken away after it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateIdentityPoolCommand,
  DeleteIdentityPoolCommand,
} from '@aws-sdk/client-cognito-identity';
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminSetUserPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  type CreateStateMachineCommandInput,
} from '@aws-sdk/client-sfn';
import type { AppClient } from '../../../user-pool.ts';
import type { Aws } from '../deployment/aws.ts';
import type { Deployed } from '../deployment/deployed.ts';

interface Person {
  readonly username: string;
  readonly password: string;
  readonly sub: string;
}

export interface Stage {
  readonly aws: Aws;
  readonly deployed: Deployed;
  /** The broker's address, without a slash at its end; null where no profile says it. */
  readonly api: string | null;
  /** Begins the name of everything that is made. */
  readonly name: string;
  /** The public app client that people sign in with. */
  readonly client: AppClient;
  /** Somebody of the run's own in the deployment's user pool, the same for all probes. */
  readonly person: () => Promise<Person>;
  /** Somebody else, with an address that counts as verified. */
  readonly anotherPerson: () => Promise<Person>;
  /** An identity pool with the deployment's developer provider and app client, and the classic flow off. */
  readonly identityPool: () => Promise<string>;
  /** @param trust who may take the role; @param allows what it may do */
  readonly role: (
    trust: object,
    allows?: readonly object[],
    settings?: { readonly MaxSessionDuration?: number },
  ) => Promise<string>;
  /** A Standard machine, its definition in JSONata. */
  readonly machine: (
    definition: object,
    roleArn: string,
    settings?: Partial<CreateStateMachineCommandInput>,
  ) => Promise<string>;
  /** Runs at the end, the last first, whatever happens. */
  readonly atEnd: (act: () => Promise<unknown>) => void;
  /** Tries until it succeeds and is enough, as AWS takes seconds to know what was made. @throws what the last try threw */
  readonly eventually: <T>(
    work: () => Promise<T>,
    isEnough?: (value: T) => boolean,
    patienceMillis?: number,
  ) => Promise<T>;
}

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
};

/** CloudTrail may take a quarter of an hour. */
export const trailPatienceMillis = 15 * 60_000;
const rolePatienceMillis = 90_000;

const openStage = (aws: Aws, deployed: Deployed, api: string | null) => {
  const name = `stepkey-doctor-${randomUUID().slice(0, 8)}`;
  const ends: (() => Promise<unknown>)[] = [];
  let made = 0;
  const nextName = (): string => `${name}-${String((made += 1))}`;
  const userPoolId = deployed.userPoolId ?? '';
  const endpoint = deployed.endpoint ?? `https://cognito-idp.${deployed.region}.amazonaws.com`;
  const eventually: Stage['eventually'] = async (
    work,
    isEnough = () => true,
    patienceMillis = rolePatienceMillis,
  ) => {
    const until = performance.now() + patienceMillis;
    // Quick at first: on a twin everything is there at once.
    for (let waitMillis = 20; ; waitMillis = Math.min(waitMillis * 2, 5000)) {
      const isOver = performance.now() > until;
      try {
        const value = await work();
        if (isOver || isEnough(value)) return value;
      } catch (error) {
        if (isOver) throw error;
      }
      await pause(waitMillis);
    }
  };
  const role: Stage['role'] = async (trust, allows = [], settings = {}) => {
    const RoleName = nextName();
    const { Role } = await aws.iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: '/stepkey-doctor/',
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
        ...settings,
      }),
    );
    ends.push(() => aws.iam.send(new DeleteRoleCommand({ RoleName })));
    if (allows.length > 0) {
      const policy = { RoleName, PolicyName: 'probe' };
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: allows });
      await aws.iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }));
      ends.push(() => aws.iam.send(new DeleteRolePolicyCommand(policy)));
    }
    return Role?.Arn ?? '';
  };
  const anotherPerson = async (): Promise<Person> => {
    // A domain that no mail reaches (RFC 2606).
    const address = `${nextName()}@example.com`;
    const user = { UserPoolId: userPoolId, Username: address };
    const password = `Aa1!${randomUUID()}`;
    const { User } = await aws.cognitoIdp.send(
      new AdminCreateUserCommand({
        ...user,
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: address },
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    );
    ends.push(() => aws.cognitoIdp.send(new AdminDeleteUserCommand(user)));
    await aws.cognitoIdp.send(
      new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }),
    );
    const sub = User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value ?? '';
    return { username: User?.Username ?? '', password, sub };
  };
  const stage: Stage = {
    aws,
    deployed,
    api,
    name,
    client: { endpoint, clientId: deployed.clients['cli'] ?? '', clientSecret: null },
    person: once(anotherPerson),
    anotherPerson,
    identityPool: once(async () => {
      const { IdentityPoolId = '' } = await aws.cognitoIdentity.send(
        new CreateIdentityPoolCommand({
          IdentityPoolName: name.replaceAll('-', '_'),
          AllowUnauthenticatedIdentities: false,
          AllowClassicFlow: false,
          DeveloperProviderName: deployed.developerProvider,
          CognitoIdentityProviders: [
            {
              ProviderName: `cognito-idp.${deployed.region}.amazonaws.com/${userPoolId}`,
              ClientId: deployed.clients['cli'] ?? '',
            },
          ],
        }),
      );
      ends.push(() => aws.cognitoIdentity.send(new DeleteIdentityPoolCommand({ IdentityPoolId })));
      return IdentityPoolId;
    }),
    role,
    machine: async (definition, roleArn, settings = {}) => {
      const { stateMachineArn = '' } = await eventually(() =>
        aws.states.send(
          new CreateStateMachineCommand({
            name: nextName(),
            roleArn,
            definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
            ...settings,
          }),
        ),
      );
      ends.push(() => aws.states.send(new DeleteStateMachineCommand({ stateMachineArn })));
      return stateMachineArn;
    },
    atEnd: (act) => ends.push(act),
    eventually,
  };
  return { stage, ends };
};

/**
 * Does the work, then takes away everything that was made for it.
 * @param onLeftBehind told of what could not be taken away
 */
export const withStage = async function* <T>(
  place: { readonly aws: Aws; readonly deployed: Deployed; readonly api: string | null },
  work: (stage: Stage) => AsyncGenerator<T>,
  onLeftBehind: (name: string, error: unknown) => void,
): AsyncGenerator<T> {
  const { stage, ends } = openStage(place.aws, place.deployed, place.api);
  try {
    yield* work(stage);
  } finally {
    for (const end of ends.reverse()) {
      await end().catch((error: unknown) => {
        onLeftBehind(stage.name, error);
      });
    }
  }
};
