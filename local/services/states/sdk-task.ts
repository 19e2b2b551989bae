/** `arn:aws:states:::aws-sdk:<service>:<action>`, and the older `dynamodb:…` integration. */
import { AslError } from '../../asl/errors.ts';
import { AwsError } from '../../aws.ts';
import type { AwsCall, CallContext } from '../../aws.ts';
import { toApiTypes, toIntegrationTypes } from './attribute-values.ts';
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

/** An AwsError as the integration tells it; any other error as it is. */
export const asTaskError = (
  error: unknown,
  integration: SdkIntegration,
  requestId: string,
): unknown => {
  if (!(error instanceof AwsError)) return error;
  const status = String(error.statusCode);
  return new AslError(
    errorName(error, integration),
    `${error.message} (Service: ${integration.prefix}, Status Code: ${status}, Request ID: ${requestId})`,
  );
};

/** Bytes have no JSON: an object's body is told as text, other bytes as base64. */
const plainResult = (value: unknown, name = ''): unknown => {
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString(name === 'Body' ? 'utf8' : 'base64');
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => plainResult(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, plainResult(member, key)]),
  );
};

/** A body that is no text is put as the JSON that it is. */
const s3Parameters = (parameters: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const { Body: body } = parameters;
  const isText = body === undefined || typeof body === 'string';
  return isText ? { ...parameters } : { ...parameters, Body: JSON.stringify(body) };
};

/** Step Functions' own dates are epoch seconds on the wire, and texts in a task's result. */
const dateTexts = (value: unknown, name = ''): unknown => {
  if (typeof value === 'number' && /Date$|^timestamp$/.test(name)) {
    return new Date(value * 1_000).toISOString();
  }
  if (Array.isArray(value)) return value.map((item) => dateTexts(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, dateTexts(member, key)]),
  );
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

const inputOf = (
  parameters: Readonly<Record<string, unknown>>,
  { hasCamelCaseMembers, service }: SdkIntegration,
  hasOwnTypes: boolean,
): Record<string, unknown> => {
  if (hasCamelCaseMembers) return renamed(parameters, camelCase) as Record<string, unknown>;
  if (service === 's3') return s3Parameters(parameters);
  return hasOwnTypes ? (toApiTypes(parameters) as Record<string, unknown>) : { ...parameters };
};

/** @throws AslError `<Prefix>.<Shape>Exception` when the service refuses or fails */
export const runSdkTask = async (
  { integration, operation }: { readonly integration: SdkIntegration; readonly operation: string },
  parameters: Readonly<Record<string, unknown>>,
  call: AwsCall,
  context: CallContext,
): Promise<unknown> => {
  const { hasCamelCaseMembers, prefix, service } = integration;
  // The older integration with DynamoDB spells attribute types as the API does.
  const hasOwnTypes = prefix === 'DynamoDb';
  const input = inputOf(parameters, integration, hasOwnTypes);
  try {
    const output = await call(service, operation, input, context);
    if (hasCamelCaseMembers) return renamed(dateTexts(output), pascalCase);
    // DynamoDB answers in JSON already.
    return hasOwnTypes ? toIntegrationTypes(output) : plainResult(output);
  } catch (error) {
    throw asTaskError(error, integration, context.requestId);
  }
};
