import { twinRegion } from '../identity.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** Where a function's process finds AWS and its role's credentials. */
export interface FunctionSurroundings {
  /** The twin's AWS endpoint: `http://127.0.0.1:8701`. */
  readonly awsEndpoint: string;
  readonly credentials: { readonly uri: string; readonly authorization: string };
  readonly logStream: string;
}

/** Many at a time in one process; Powertools and the SDK then keep what they know per invocation. */
const maxConcurrency = 1000;

/**
 * What a function's process sees: the template's variables, Lambda's own, and nothing of ours.
 * Credentials come from a URL, as on Lambda with SnapStart, because a variable could not be renewed.
 */
export const functionEnvironment = (
  definition: FunctionDefinition,
  surroundings: FunctionSurroundings,
): Record<string, string> => ({
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  // Keeps the SDK away from the profile files of whoever runs the twin.
  HOME: definition.taskRoot,
  ...definition.environment,
  AWS_REGION: twinRegion,
  AWS_DEFAULT_REGION: twinRegion,
  AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
  AWS_LAMBDA_FUNCTION_NAME: definition.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_MAX_CONCURRENCY: String(maxConcurrency),
  AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
  AWS_LAMBDA_LOG_STREAM_NAME: surroundings.logStream,
  LAMBDA_TASK_ROOT: definition.taskRoot,
  _HANDLER: definition.handler,
  AWS_CONTAINER_CREDENTIALS_FULL_URI: surroundings.credentials.uri,
  AWS_CONTAINER_AUTHORIZATION_TOKEN: surroundings.credentials.authorization,
  AWS_ENDPOINT_URL: surroundings.awsEndpoint,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
});
