/** The functions: `lambda`, as far as Invoke goes. */
import { AwsError } from '../../aws.ts';
import type { Service } from '../../aws.ts';
import { deniedLine } from '../../iam/denied-line.ts';
import { evaluateTrust } from '../../iam/evaluate.ts';
import type { PolicyDocument } from '../../iam/policy.ts';
import { twinAccountId, twinRegion } from '../../identity.ts';
import type { FunctionDefinition } from '../../lambda/function-definition.ts';
import type { FunctionRoles } from '../../lambda/function-role.ts';
import type { LambdaRuntime } from '../../lambda/runtime.ts';
import { functionPolicy } from './function-policy.ts';
import type { FunctionPermission } from './function-policy.ts';

type Invoked =
  | { readonly outcome: 'answered'; readonly payload: string }
  /** The payload describes the error: `{errorType, errorMessage, trace}`. */
  | { readonly outcome: 'failed'; readonly payload: string };

export interface LambdaService extends Service {
  /** Makes the function or replaces it; a changed one gets a new process. */
  readonly putFunction: (definition: FunctionDefinition) => { readonly functionArn: string };
  readonly putPermission: (functionName: string, permission: FunctionPermission) => void;
  /**
   * Invokes as another service does, by the function's own policy.
   * @throws AwsError AccessDeniedException when the policy does not let the service in
   */
  readonly invokeFrom: (
    source: { readonly service: string; readonly arn: string },
    functionName: string,
    payload: string,
  ) => Promise<Invoked>;
  /**
   * Invokes as Lambda itself does for its event source mappings: no policy is asked.
   * @throws AwsError ResourceNotFoundException
   */
  readonly invokeByLambda: (functionName: string, payload: string) => Promise<Invoked>;
  /** @throws AwsError ResourceNotFoundException */
  readonly roleArnOf: (functionName: string) => string;
  readonly names: () => readonly string[];
  /** Starts the processes of functions, and waits until they are loaded. */
  readonly warm: (names: readonly string[]) => Promise<void>;
}

const maxPayloadBytes = 6 * 1024 * 1024;

export const functionArn = (name: string): string =>
  `arn:aws:lambda:${twinRegion}:${twinAccountId}:function:${name}`;

/** From a name, a partial ARN or an ARN, with or without the qualifier. */
export const functionNameOf = (named: unknown): string => {
  const text = typeof named === 'string' ? named : '';
  return (
    /^(?:arn:[^:]+:lambda:[^:]*:[^:]*:|\d{12}:)?(?:function:)?([\w-]{1,64})(?::[\w$-]+)?$/.exec(
      text,
    )?.[1] ?? text
  );
};

const payloadText = (payload: unknown): string => {
  const text =
    payload instanceof Uint8Array
      ? Buffer.from(payload).toString('utf8')
      : typeof payload === 'string'
        ? payload
        : JSON.stringify(payload ?? {});
  if (Buffer.byteLength(text) > maxPayloadBytes) {
    throw new AwsError(
      'RequestTooLargeException',
      'The payload must be smaller than 6291456 bytes',
      {
        statusCode: 413,
      },
    );
  }
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError('InvalidRequestContentException', 'Could not parse request body into json');
  }
  return text;
};

const noPermissions = functionPolicy([]);

export const createLambdaService = (deps: {
  readonly runtime: LambdaRuntime;
  readonly requireTrust: FunctionRoles['requireTrust'];
  readonly log: (line: string) => void;
}): LambdaService => {
  const functions = new Map<string, FunctionDefinition>();
  const permissions = new Map<string, Map<string, FunctionPermission>>();
  /** Made when a permission is put, as every call of a function asks for it. */
  const policies = new Map<string, PolicyDocument>();

  const definitionOf = (named: unknown): FunctionDefinition => {
    const name = functionNameOf(named);
    const definition = functions.get(name);
    if (definition !== undefined) return definition;
    throw new AwsError('ResourceNotFoundException', `Function not found: ${functionArn(name)}`, {
      statusCode: 404,
    });
  };
  const policyOf = (name: string): PolicyDocument => policies.get(name) ?? noPermissions;

  const invoke = async (definition: FunctionDefinition, payload: string): Promise<Invoked> => {
    deps.requireTrust(definition);
    const result = await deps.runtime.invoke(definition, payload);
    return 'payload' in result
      ? { outcome: 'answered', payload: result.payload }
      : { outcome: 'failed', payload: JSON.stringify(result.error) };
  };

  return {
    name: 'lambda',
    operations: {
      Invoke: {
        authorize: ({ FunctionName: named }) => {
          const name = functionNameOf(named);
          return [
            {
              action: 'lambda:InvokeFunction',
              resource: functionArn(name),
              resourcePolicy: policyOf(name),
            },
          ];
        },
        run: async (input) => {
          const definition = definitionOf(input['FunctionName']);
          const payload = payloadText(input['Payload']);
          const type = input['InvocationType'] ?? 'RequestResponse';
          if (type === 'DryRun') return { StatusCode: 204 };
          if (type === 'Event') {
            // Nobody waits: a failure shows in the function's log only.
            invoke(definition, payload).catch(() => undefined);
            return { StatusCode: 202 };
          }
          const { outcome, payload: answer } = await invoke(definition, payload);
          return {
            StatusCode: 200,
            ExecutedVersion: '$LATEST',
            Payload: answer,
            ...(outcome === 'failed' ? { FunctionError: 'Unhandled' } : {}),
          };
        },
      },
    },
    putFunction: (definition) => {
      const current = functions.get(definition.name);
      if (JSON.stringify(current) !== JSON.stringify(definition)) {
        functions.set(definition.name, definition);
      }
      return { functionArn: definition.arn };
    },
    putPermission: (functionName, permission) => {
      const name = functionNameOf(functionName);
      const held = permissions.get(name) ?? new Map<string, FunctionPermission>();
      permissions.set(name, held.set(permission.id, permission));
      policies.set(name, functionPolicy([...held.values()]));
    },
    invokeFrom: async (source, functionName, payload) => {
      const definition = definitionOf(functionName);
      const action = 'lambda:InvokeFunction';
      const verdict = evaluateTrust(policyOf(definition.name), {
        action,
        service: source.service,
        conditionKeys: { 'aws:SourceArn': source.arn, 'aws:SourceAccount': twinAccountId },
      });
      if (!verdict.allowed) {
        deps.log(
          deniedLine(
            { action, resource: definition.arn },
            `${source.service} (${source.arn})`,
            verdict,
          ),
        );
        throw new AwsError(
          'AccessDeniedException',
          `${source.service} may not invoke ${definition.arn}`,
          { statusCode: 403 },
        );
      }
      return invoke(definition, payload);
    },
    invokeByLambda: async (functionName, payload) => invoke(definitionOf(functionName), payload),
    roleArnOf: (functionName) => definitionOf(functionName).roleArn,
    names: () => [...functions.keys()],
    warm: async (names) => {
      await Promise.all(names.map((name) => deps.runtime.warm(definitionOf(name))));
    },
  };
};
