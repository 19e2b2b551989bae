/** What callers import: `import { fromStepkey } from 'stepkey'`. */
export { BrokerError, type BrokerErrorKind } from './broker-error.ts';
export {
  fromStepkey,
  type FromStepkeyOptions,
  type StepkeyCredentialProvider,
  type StepkeyCredentials,
  type TokenSource,
} from './from-stepkey.ts';
export { createSessionCache, type SessionCache } from './session-cache.ts';
export { startAgent } from './agent/agent.ts';
export { stopOnSignals } from './agent/stop-on-signals.ts';
export type { Agent, AgentOptions, AgentProfile } from './agent/options.ts';
export {
  withCallerCredentials,
  type CallerCredentialsOptions,
  type StepkeyCaller,
} from './lambda/with-caller-credentials.ts';
