/** How one type of resource comes into being on the twin. */
import { isDeepStrictEqual } from 'node:util';
import type * as z from 'zod';
import { DeployError } from './deploy-error.ts';

export interface ResourceRequest<P> {
  readonly stackName: string;
  readonly logicalId: string;
  readonly properties: P;
  /** What `Ref` gave at the last deployment; undefined the first time. */
  readonly previousId: string | undefined;
  /**
   * What the last deployment asked for; undefined the first time. A handler that leaves alone what it asked for
   * before keeps what was changed at run time, as CloudFormation does.
   */
  readonly previousProperties: P | undefined;
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
  readonly remove?: (deployed: DeployedResource, properties: unknown) => Promise<void>;
}

/** A handler that reads its properties through a schema; properties that the schema lacks have no meaning on the twin. */
export const defineHandler = <S extends z.ZodType>(
  schema: S,
  apply: (request: ResourceRequest<z.infer<S>>) => Promise<DeployedResource> | DeployedResource,
  remove?: (deployed: DeployedResource, properties: z.infer<S> | undefined) => Promise<void>,
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
    // What an older version of the twin wrote down may have another shape: then it says nothing.
    const previous = schema.safeParse(request.previousProperties);
    return apply({ ...request, properties: read.data, previousProperties: previous.data });
  },
  ...(remove === undefined
    ? {}
    : { remove: (deployed, properties) => remove(deployed, schema.safeParse(properties).data) }),
});

/** Whether the template asks for what it asked for last time. */
export const isUnchanged = ({
  properties,
  previousProperties,
}: ResourceRequest<unknown>): boolean => isDeepStrictEqual(properties, previousProperties);

/** For types that mean nothing on one machine. */
export const ignored = (...attributes: readonly string[]): ResourceHandler => ({
  apply: ({ previousId, stackName, logicalId }) => {
    const id = previousId ?? `${stackName}-${logicalId}`;
    return Promise.resolve({
      id,
      attributes: Object.fromEntries(attributes.map((name) => [name, `not-emulated:${id}`])),
    });
  },
});
