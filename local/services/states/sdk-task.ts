/** `arn:aws:states:::aws-sdk:<service>:<action>`, and the older `dynamodb:…` integration. */
import { AslError } from '../../asl/errors.ts';
import { AwsError } from '../../aws.ts';
import type { AwsCall, CallContext } from '../../aws.ts';
import type { SdkIntegration } from './task-resources.ts';

/** What every service may answer without modelling it; the SDK has no class for these. */
const unmodelledCodes: ReadonlySet<string> = new Set([
  ...['AccessDenied', 'AccessDeniedException', 'InternalFailure', 'IncompleteSignature'],
  ...['InvalidClientTokenId', 'NotImplemented', 'RequestExpired', 'UnrecognizedClientException'],
  ...['ValidationError', 'ValidationException', 'MissingAuthenticationToken', 'OptInRequired'],
]);

const isModelled = (code: string, { service }: SdkIntegration): boolean =>
  (service === 'states' && code === 'ValidationException') || !unmodelledCodes.has(code);

const errorName = (error: AwsError, integration: SdkIntegration): string => {
  if (!isModelled(error.code, integration)) return integration.unmodelled;
  const shape = error.code.endsWith('Exception') ? error.code : `${error.code}Exception`;
  return `${integration.prefix}.${shape}`;
};

/** Renames the members of objects, not the texts in them. */
const renamed = (value: unknown, rename: (name: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [rename(name), renamed(member, rename)]),
  );
};

const camelCase = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const pascalCase = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** @throws AslError `<Prefix>.<Shape>Exception` when the service refuses or fails */
export const runSdkTask = async (
  { integration, operation }: { readonly integration: SdkIntegration; readonly operation: string },
  parameters: Readonly<Record<string, unknown>>,
  call: AwsCall,
  context: CallContext,
): Promise<unknown> => {
  const { hasCamelCaseMembers, prefix, service } = integration;
  const input = hasCamelCaseMembers ? renamed(parameters, camelCase) : parameters;
  try {
    const output = await call(service, operation, input as Record<string, unknown>, context);
    return hasCamelCaseMembers ? renamed(output, pascalCase) : output;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const status = String(error.statusCode);
    throw new AslError(
      errorName(error, integration),
      `${error.message} (Service: ${prefix}, Status Code: ${status}, Request ID: ${context.requestId})`,
    );
  }
};
