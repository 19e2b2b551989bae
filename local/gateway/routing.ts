/** Which resource and method a request is for. */
import type { ApiDefinition, ApiMethod, ApiResource } from './api-definition.ts';

export interface Route {
  readonly resource: ApiResource;
  /** Undefined where the resource has no such method. */
  readonly method: ApiMethod | undefined;
  readonly pathParameters: Readonly<Record<string, string>>;
}

type Parameters = Readonly<Record<string, string>>;

const segmentsOf = (path: string): readonly string[] =>
  path.split('/').filter((segment) => segment !== '');

/** @throws URIError when a value is not well encoded */
const match = (pattern: readonly string[], segments: readonly string[]): Parameters | null => {
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return null;
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(part) ?? [];
    if (name === undefined) {
      if (part !== decodeURIComponent(segment)) return null;
    } else if (greedy === '+') {
      parameters[name] = segments.slice(index).map(decodeURIComponent).join('/');
      return parameters;
    } else {
      parameters[name] = decodeURIComponent(segment);
    }
  }
  return pattern.length === segments.length ? parameters : null;
};

/** Literal segments before parameters, parameters before the rest of the path. */
const specificity = (path: string): string =>
  segmentsOf(path)
    .map((part) => (part.endsWith('+}') ? '2' : part.startsWith('{') ? '1' : '0'))
    .join('');

export type Router = (httpMethod: string, path: string) => Route | null;

/** @returns a router that throws URIError for a path that is not well encoded */
export const createRouter = (api: ApiDefinition): Router => {
  const candidates = api.resources
    .filter(({ methods }) => methods.length > 0)
    .map((resource) => ({ resource, pattern: segmentsOf(resource.path) }))
    .sort((a, b) => {
      const [left, right] = [specificity(a.resource.path), specificity(b.resource.path)];
      return left < right ? -1 : left > right ? 1 : 0;
    });
  const routeOf = (httpMethod: string, segments: readonly string[]): Route | null => {
    for (const { resource, pattern } of candidates) {
      const pathParameters = match(pattern, segments);
      if (pathParameters === null) continue;
      const named = (name: string): ApiMethod | undefined =>
        resource.methods.find((method) => method.httpMethod === name);
      return { resource, method: named(httpMethod) ?? named('ANY'), pathParameters };
    }
    return null;
  };
  return (httpMethod, path) => {
    const segments = segmentsOf(path);
    const route = routeOf(httpMethod, segments);
    // The deployed API answers under its stage's name; here both work.
    return route !== null || segments[0] !== api.stage
      ? route
      : routeOf(httpMethod, segments.slice(1));
  };
};
