/** How one type of resource comes into being on the twin. */
import type * as z from 'zod';
import { DeployError } from './deploy-error.ts';

export interface ResourceRequest<P> {
  readonly stackName: string;
  readonly logicalId: string;
  readonly properties: P;
  /** What `Ref` gave at the last deployment; undefined the first time. */
  readonly previousId: string | undefined;
}

/** What is to be known of a resource afterwards: what `Ref` and `Fn::GetAtt` give. No secrets: it is written down. */
export interface DeployedResource {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ResourceHandler {
  /** Makes the resource or brings it up to date; the same call again changes nothing. */
  readonly apply: (request: ResourceRequest<unknown>) => Promise<DeployedResource>;
  /** Undefined where nothing is left behind, or where the twin keeps what a template no longer has. */
  readonly remove?: (deployed: DeployedResource) => Promise<void>;
}

/** A handler that reads its properties through a schema; properties that the schema lacks have no meaning on the twin. */
export const defineHandler = <S extends z.ZodType>(
  schema: S,
  apply: (request: ResourceRequest<z.infer<S>>) => Promise<DeployedResource> | DeployedResource,
  remove?: (deployed: DeployedResource) => Promise<void>,
): ResourceHandler => ({
  apply: async (request) => {
    const read = schema.safeParse(request.properties);
    if (!read.success) {
      const faults = read.error.issues.map(
        ({ path, message }) => `${path.map(String).join('.')}: ${message}`,
      );
      throw new DeployError(
        `The properties of ${request.logicalId} are not what the twin can deploy (${faults.join('; ')}).`,
      );
    }
    return apply({ ...request, properties: read.data });
  },
  ...(remove === undefined ? {} : { remove }),
});

/** For types that mean nothing on one machine. */
export const ignored = (): ResourceHandler => ({
  apply: ({ previousId, stackName, logicalId }) =>
    Promise.resolve({ id: previousId ?? `${stackName}-${logicalId}`, attributes: {} }),
});
