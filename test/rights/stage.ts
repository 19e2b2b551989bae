/** The one twin of the run, and what stories act with on it. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { AwsError } from '../../local/aws.ts';
import type { Interceptor, Principal } from '../../local/aws.ts';
import { startOpenTwin } from '../../local/twin.ts';
import type { OpenTwin } from '../../local/twin.ts';
import { signIn } from '../support/twin/people.ts';
import type { TemplateResource } from '../../local/deploy/deploy.ts';
import type { Mutant } from './mutants.ts';
import type { Call, Owner, Row, Stage, Story } from './story.ts';

/** Role → what it called, or tried to: `service:Operation`. */
export type Acted = ReadonlyMap<string, ReadonlySet<string>>;

export interface Theatre {
  readonly twin: OpenTwin;
  /**
   * Which roles acted, by their ARNs. Rejects where the story does.
   * @param patienceMillis how long it waits for what may never come
   */
  readonly tell: (story: Story, patienceMillis: number) => Promise<Acted>;
  /** Deploys what a mutant changes, with fresh processes where a function may still hold what it once obtained. */
  readonly mutate: (mutant: Mutant) => Promise<void>;
  readonly restore: (mutant: Mutant) => Promise<void>;
  /** Whose rights the mutant changes, or who acts by what it changes; null where that is no one role's affair. */
  readonly roleArnOf: (mutant: Mutant) => string | null;
  readonly close: () => Promise<void>;
}

const refusals: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException']);

const refused = async (call: Promise<unknown>): Promise<void> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof AwsError && refusals.has(error.code)) return;
    throw error;
  }
  throw new Error('Allowed what must be refused.');
};

/** The roles of functions and state machines: one of each may bear the same name. */
const rolesOf = ({ stacks }: OpenTwin): ReadonlyMap<Owner, string> =>
  new Map(
    stacks.resources.flatMap(({ type, properties }): (readonly [Owner, string])[] => {
      const {
        FunctionName = '',
        StateMachineName = '',
        Role = '',
        RoleArn = '',
      } = properties as Record<string, string>;
      if (type === 'AWS::Lambda::Function') return [[`function ${FunctionName}`, Role]];
      return type === 'AWS::StepFunctions::StateMachine'
        ? [[`machine ${StateMachineName}`, RoleArn]]
        : [];
    }),
  );

/** A data key or a session that a process holds already would hide that its role may no longer obtain it. */
const isHeld = ({ actions }: Mutant): boolean =>
  actions.some((action) => /^(?:kms|sts):/.test(action));

interface FunctionProperties {
  readonly FunctionName: string;
  readonly Role: string;
  readonly Environment?: { readonly Variables?: object };
}

const deploying = ({ services, stacks }: OpenTwin) => {
  let restarts = 0;
  const ofType = (type: string): readonly TemplateResource[] =>
    stacks.resources.filter((resource) => resource.type === type);
  const deployed = ({ stackName, logicalId }: TemplateResource) =>
    stacks.resource(stackName, logicalId);
  const roleArnOf = ({ resource }: Mutant): string | null => {
    if (resource.type === 'AWS::IAM::Role') return deployed(resource)?.attributes['Arn'] ?? null;
    if (resource.type === 'AWS::Lambda::Permission') {
      const { FunctionName } = resource.properties as { readonly FunctionName: string };
      const name = FunctionName.split(':').at(-1);
      const lambda = ofType('AWS::Lambda::Function').find(
        ({ properties }) => (properties as FunctionProperties).FunctionName === name,
      );
      return lambda === undefined ? null : (lambda.properties as FunctionProperties).Role;
    }
    if (resource.type !== 'AWS::IAM::Policy') return null;
    const [name = ''] = (resource.properties as { readonly Roles: readonly string[] }).Roles;
    return services.iam.roleNamed(name)?.arn ?? null;
  };
  const restart = async (isMeant: (properties: FunctionProperties) => boolean): Promise<void> => {
    restarts += 1;
    for (const lambda of ofType('AWS::Lambda::Function')) {
      const properties = lambda.properties as FunctionProperties;
      if (!isMeant(properties)) continue;
      // A changed definition gets a new process.
      const Variables = { ...properties.Environment?.Variables, STORY_RESTARTS: String(restarts) };
      await stacks.redeploy({
        ...lambda,
        properties: { ...properties, Environment: { Variables } },
      });
    }
  };
  return {
    restart,
    roleArnOf,
    mutate: async (mutant: Mutant): Promise<void> => {
      await stacks.redeploy(mutant.resource);
      const roleArn = roleArnOf(mutant);
      if (isHeld(mutant)) await restart(({ Role }) => roleArn === null || Role === roleArn);
    },
    restore: async ({ resource: { stackName, logicalId } }: Mutant): Promise<void> => {
      const original = stacks.resources.find(
        (each) => each.stackName === stackName && each.logicalId === logicalId,
      );
      if (original !== undefined) await stacks.redeploy(original);
    },
  };
};

export const openTheatre = async (): Promise<Theatre> => {
  let acted = new Map<string, Set<string>>();
  let interceptors: Interceptor[] = [];
  let patience = 0;
  let entrances: { readonly state: string; readonly act: () => Promise<unknown> }[] = [];
  const note = (roleArn: string, action: string): void => {
    const actions = acted.get(roleArn) ?? new Set();
    acted.set(roleArn, actions.add(action));
  };
  const twin = await startOpenTwin({
    stateDirectory: null,
    port: 0,
    awsPort: 0,
    users: 'demo',
    interceptor: async (call) => {
      const { arn, conditionKeys } = call.principal;
      const roleArn = conditionKeys['aws:PrincipalArn'];
      if (typeof roleArn === 'string') {
        note(roleArn, `${call.service}:${call.operation}`);
        // A session that a story made itself asked no trust policy.
        if (!arn.endsWith('/story')) note(roleArn, 'sts:AssumeRole');
      }
      const { RoleArn: assumed } = call.input;
      if (call.service === 'sts' && typeof assumed === 'string')
        note(assumed, `sts:${call.operation}`);
      for (const act of interceptors) await act(call);
    },
    pause: async (state, when) => {
      const found = entrances.find((entrance) => entrance.state === state && when === 'enter');
      if (found === undefined) return;
      entrances = entrances.filter((entrance) => entrance !== found);
      await found.act();
    },
  });
  const { services, endpoints } = twin;
  const callAs =
    (principalOf: () => Principal): Call =>
    (service, operation, input) =>
      services.call(service, operation, input, {
        principal: principalOf(),
        requestId: randomUUID(),
        sourceIp: '127.0.0.1',
      });
  const roles = rolesOf(twin);
  const roleArnOf = (owner: Owner): string => {
    const roleArn = roles.get(owner);
    if (roleArn === undefined) throw new TypeError(`No ${owner} is deployed`);
    return roleArn;
  };
  const table = { TableName: endpoints.table };
  const rows = async (partitionKey: string): Promise<readonly Row[]> => {
    const { Items } = await twin.call('dynamodb', 'Query', {
      ...table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: partitionKey } },
      ConsistentRead: true,
    });
    return Items as Row[];
  };
  const clearTable = async (): Promise<void> => {
    const { Items } = await twin.call('dynamodb', 'Scan', { ...table, ConsistentRead: true });
    for (const { pk, sk } of Items as Row[])
      await twin.call('dynamodb', 'DeleteItem', { ...table, Key: { pk, sk } });
  };
  const [alice, bob, carol, frank, audrey, oscar] = await Promise.all([
    signIn(twin, 'alice'),
    signIn(twin, 'bob'),
    signIn(twin, 'carol'),
    signIn(twin, 'frank'),
    signIn(twin, 'audrey'),
    signIn(twin, 'oscar'),
  ]);
  const deployment = deploying(twin);
  const stage: Stage = {
    twin,
    people: { alice, bob, carol, frank, audrey, oscar },
    as: (owner) => {
      const roleArn = roleArnOf(owner);
      note(roleArn, '');
      // Noted here too, as a refused call reaches no interceptor.
      const call = callAs(() => services.sts.principalOfRole(roleArn, 'story'));
      return (service, operation, input) => {
        note(roleArn, `${service}:${operation}`);
        return call(service, operation, input);
      };
    },
    with: async ({ accessKeyId, sessionToken }) => {
      const { principal } = await services.principals.resolve(accessKeyId, sessionToken);
      const roleArn = principal.conditionKeys['aws:PrincipalArn'];
      const call = callAs(() => principal);
      return (service, operation, input) => {
        if (typeof roleArn === 'string') note(roleArn, `${service}:${operation}`);
        return call(service, operation, input);
      };
    },
    admin: twin.call,
    refused,
    until: async (read, isThere) => {
      const end = Date.now() + patience;
      for (;;) {
        const found = await read();
        if (isThere(found)) return found;
        if (Date.now() > end) throw new Error(`Still ${JSON.stringify(found)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    rows,
    beforeCall: (act) => {
      interceptors.push(act);
    },
    onEnter: (state, act) => {
      entrances.push({ state, act });
    },
    restart: async (functionName) => {
      await deployment.restart((properties) => properties.FunctionName === functionName);
      await services.lambda.warm(services.lambda.names());
    },
    signPoolToken: async (claims) => {
      const { kid, privateKey } = await twin.vault.rsa(`${endpoints.region}1`, 'RS512');
      return new SignJWT(claims)
        .setProtectedHeader({ kid, typ: 'JWS', alg: 'RS512' })
        .sign(privateKey);
    },
  };
  return {
    twin,
    tell: async (story, patienceMillis) => {
      await clearTable();
      patience = patienceMillis;
      acted = new Map();
      interceptors = [];
      entrances = [];
      await story.tell(stage);
      return acted;
    },
    ...deployment,
    close: twin.stop,
  };
};
