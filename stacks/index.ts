/** `stepkey/cdk`: the broker in an app of one's own. */
export { CredentialBroker } from './credential-broker.ts';
export { BrokerWatch } from './constructs/broker-watch.ts';
export { addBrokerScopes } from './broker-scopes.ts';
export type { BrokerScope } from './broker-scopes.ts';
export { BrokerSpoke } from './broker-spoke.ts';
export type { BrokerSpokeProps, SpokeRole } from './broker-spoke.ts';
export type { BrokerWatchProps } from './constructs/broker-watch.ts';
export type {
  CredentialBrokerProps,
  ExistingRole,
  LedgerExportSettings,
  ReconciliationProps,
} from './credential-broker-props.ts';
export type { BrokerApiFront, BrokerDomain } from './api-front.ts';
export type { BrokerNetwork } from './network.ts';
export type { UserPoolSource } from './user-pool-source.ts';
