/** Deploys synthesized templates onto the twin's services, in order, again and again. */
import type { Store } from '../state/store.ts';
import { DeployError } from './deploy-error.ts';
import { noValue, resolve } from './intrinsics.ts';
import type { Scope } from './intrinsics.ts';
import { deploymentOrder } from './order.ts';
import type { DeployedResource, ResourceHandler } from './resource-handler.ts';
import type { StackTemplate, Template } from './template.ts';

/** A resource of a template, with its references resolved. */
export interface TemplateResource {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: unknown;
}

export interface DeployedStacks {
  /** @throws DeployError when the stack has no such output */
  readonly output: (stackName: string, name: string) => string;
  readonly hasOutput: (stackName: string, name: string) => boolean;
  /** By name; empty for a stack that is not there. */
  readonly outputsOf: (stackName: string) => Readonly<Record<string, string>>;
  readonly resource: (stackName: string, logicalId: string) => DeployedResource | undefined;
  /** Everything that was deployed, in that order. */
  readonly resources: readonly TemplateResource[];
  /** Deploys one resource as it would be with these properties; nothing is written down of it. */
  readonly redeploy: (resource: TemplateResource) => Promise<void>;
}

interface KeptResource extends DeployedResource {
  readonly type: string;
  readonly retain: boolean;
  /** As resolved; templates hold no secrets. Absent where an older version of the twin wrote it. */
  readonly properties?: unknown;
}

export interface DeployOptions {
  readonly templates: readonly StackTemplate[];
  readonly handlers: Readonly<Record<string, ResourceHandler>>;
  readonly store: Store;
  /** `AWS::Region`, `AWS::AccountId`, `AWS::Partition`, `AWS::URLSuffix`. */
  readonly pseudoParameters: Readonly<Record<string, string>>;
}

const keyOf = (stackName: string, logicalId: string): string => `${stackName}/${logicalId}`;

const scopeOf = (
  { stackName, template }: StackTemplate,
  options: DeployOptions,
  deployed: ReadonlyMap<string, DeployedResource>,
  exported: ReadonlyMap<string, string>,
): Scope => {
  const stackParameters: Record<string, unknown> = {
    ...options.pseudoParameters,
    'AWS::StackName': stackName,
    'AWS::NoValue': noValue,
  };
  const resourceOf = (logicalId: string): DeployedResource => {
    const resource = deployed.get(keyOf(stackName, logicalId));
    if (resource === undefined) throw new DeployError(`${stackName} has no ${logicalId}.`);
    return resource;
  };
  const scope: Scope = {
    ref: (logicalId) => {
      if (Object.hasOwn(stackParameters, logicalId)) return stackParameters[logicalId];
      const parameter = template.Parameters?.[logicalId];
      if (parameter === undefined) return resourceOf(logicalId).id;
      if (parameter.Default !== undefined) return parameter.Default;
      throw new DeployError(`Parameter ${logicalId} of ${stackName} has no default.`);
    },
    attribute: (logicalId, name) => {
      const value = resourceOf(logicalId).attributes[name];
      if (value !== undefined) return value;
      const type = template.Resources[logicalId]?.Type ?? 'resource';
      throw new DeployError(`The twin's ${type} has no attribute ${name} (${logicalId}).`);
    },
    imported: (exportName) => {
      if (exported.has(exportName)) return exported.get(exportName);
      throw new DeployError(`No stack exports ${exportName}.`);
    },
    condition: (name) => {
      const condition = template.Conditions?.[name];
      if (condition === undefined) throw new DeployError(`${stackName} has no condition ${name}.`);
      return resolve(condition, scope) === true;
    },
    mapping: (map, first, second) => {
      const row = template.Mappings?.[map]?.[first] as Record<string, unknown> | undefined;
      if (row?.[second] !== undefined) return row[second];
      throw new DeployError(`${stackName} maps nothing at ${map}.${first}.${second}.`);
    },
  };
  return scope;
};

interface ResolvedOutput {
  readonly name: string;
  readonly value: string;
  readonly exportName: string | null;
}

const textOf = (value: unknown, name: string): string => {
  if (typeof value === 'string') return value;
  throw new DeployError(`Output ${name} is not text.`);
};

const outputsOf = (template: Template, scope: Scope): readonly ResolvedOutput[] =>
  Object.entries(template.Outputs ?? {})
    .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
    .map(([name, { Value, Export }]) => ({
      name,
      value: textOf(resolve(Value, scope), name),
      exportName: Export === undefined ? null : textOf(resolve(Export.Name, scope), name),
    }));

/**
 * Makes everything that the templates describe, updates what has changed and removes what is gone.
 * What was made is written down under `deployment`, one entry per resource.
 * @throws DeployError naming the resource type that the twin does not know, or the reference that leads nowhere
 */
export const deployStacks = async (options: DeployOptions): Promise<DeployedStacks> => {
  const kept = await options.store.collection<KeptResource>('deployment');
  const before = new Map(kept.entries());
  const deployed = new Map<string, DeployedResource>();
  const exported = new Map<string, string>();
  const outputs = new Map<string, string>();
  const resources: TemplateResource[] = [];
  const redeployed = new Map<string, TemplateResource>();
  for (const stack of options.templates) {
    const { stackName, template } = stack;
    const scope = scopeOf(stack, options, deployed, exported);
    for (const logicalId of deploymentOrder(template)) {
      const resource = template.Resources[logicalId];
      if (resource === undefined) continue;
      const { Type: type, Condition: condition, DeletionPolicy: policy } = resource;
      if (condition !== undefined && !scope.condition(condition)) continue;
      const handler = options.handlers[type];
      if (handler === undefined) {
        throw new DeployError(`The twin cannot deploy ${type} (${logicalId} in ${stackName}).`);
      }
      const key = keyOf(stackName, logicalId);
      const written = before.get(key);
      const previous = written?.type === type ? written : undefined;
      const properties = resolve(resource.Properties ?? {}, scope);
      resources.push({ stackName, logicalId, type, properties });
      const { id, attributes } = await handler.apply({
        stackName,
        logicalId,
        properties,
        previousId: previous?.id,
        previousProperties: previous?.properties,
      });
      deployed.set(key, { id, attributes });
      const retain = policy === 'Retain';
      const keep: KeptResource = { id, attributes, type, retain, properties };
      if (JSON.stringify(written) !== JSON.stringify(keep)) await kept.put(key, keep);
    }
    for (const { name, value, exportName } of outputsOf(template, scope)) {
      outputs.set(keyOf(stackName, name), value);
      if (exportName !== null) exported.set(exportName, value);
    }
  }
  const names = new Set([...deployed.values()].map(({ id }) => id));
  for (const [key, { id, attributes, type, retain, properties }] of before) {
    if (deployed.has(key)) continue;
    // A resource that only changed its logical id is still in use under its name.
    if (!retain && !names.has(id))
      await options.handlers[type]?.remove?.({ id, attributes }, properties);
    await kept.delete(key);
  }
  return {
    outputsOf: (stackName) =>
      Object.fromEntries(
        [...outputs].flatMap(([key, value]) =>
          key.startsWith(keyOf(stackName, ''))
            ? [[key.slice(keyOf(stackName, '').length), value]]
            : [],
        ),
      ),
    hasOutput: (stackName, name) => outputs.has(keyOf(stackName, name)),
    output: (stackName, name) => {
      const value = outputs.get(keyOf(stackName, name));
      if (value !== undefined) return value;
      throw new DeployError(`${stackName} has no output ${name}.`);
    },
    resource: (stackName, logicalId) => deployed.get(keyOf(stackName, logicalId)),
    resources,
    redeploy: async (resource) => {
      const { stackName, logicalId, type, properties } = resource;
      const key = keyOf(stackName, logicalId);
      await options.handlers[type]?.apply({
        stackName,
        logicalId,
        properties,
        previousId: deployed.get(key)?.id,
        previousProperties: (redeployed.get(key) ?? kept.get(key))?.properties,
      });
      redeployed.set(key, resource);
    },
  };
};
