/** In which order a template's resources can be made. */
import { DeployError } from './deploy-error.ts';
import type { Template } from './template.ts';

const addReferences = (value: unknown, found: Set<string>): void => {
  if (Array.isArray(value)) {
    for (const item of value) addReferences(item, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value) as [string, unknown][]) {
    if (key === 'Ref' && typeof item === 'string') found.add(item);
    if (key === 'Fn::GetAtt') {
      const id: unknown = Array.isArray(item) ? item[0] : item;
      if (typeof id === 'string') found.add(id.split('.')[0] ?? '');
    }
    if (key === 'Fn::Sub') {
      const template: unknown = Array.isArray(item) ? item[0] : item;
      if (typeof template === 'string') {
        for (const match of template.matchAll(/\$\{([^!}.]+)/g)) found.add(match[1] ?? '');
      }
    }
    addReferences(item, found);
  }
};

/**
 * Logical ids, each after everything that it refers to; otherwise as the template lists them.
 * @throws DeployError when references form a circle
 */
export const deploymentOrder = (template: Template): readonly string[] => {
  const ordered = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    const resource = template.Resources[logicalId];
    if (resource === undefined || ordered.has(logicalId)) return;
    if (path.includes(logicalId)) {
      throw new DeployError(`Resources refer to each other: ${[...path, logicalId].join(', ')}.`);
    }
    const references = new Set([resource.DependsOn ?? []].flat());
    addReferences(resource.Properties, references);
    for (const reference of references) visit(reference, [...path, logicalId]);
    ordered.add(logicalId);
  };
  for (const logicalId of Object.keys(template.Resources)) visit(logicalId, []);
  return [...ordered];
};
