import { join } from 'node:path';
import { readEnvironment, variables } from '../../adapters/environment.ts';
import { readTokenClaims } from '../../adapters/token-claims-file.ts';
import { customizeEvent, type PreTokenGenerationEvent } from './customize-event.ts';

const environment = readEnvironment(process.env, {
  LAMBDA_TASK_ROOT: variables.LAMBDA_TASK_ROOT,
});
const tokenClaims = readTokenClaims(join(environment.LAMBDA_TASK_ROOT, 'token-claims.json'));

/** The user pool's pre token generation trigger. Calls nothing and logs nothing: whoever signs in waits for it. */
export const handler = (event: PreTokenGenerationEvent): Promise<object> =>
  // A rejection, not a throw, is what the runtime reports by its name and message.
  Promise.resolve().then(() => customizeEvent(tokenClaims, event));
