import { join } from 'node:path';
import {
  type App,
  DefaultStackSynthesizer,
  type Environment,
  type IStackSynthesizer,
} from 'aws-cdk-lib';
import { AuditStack } from './audit-stack.ts';
import { BrokerStack } from './broker-stack.ts';
import { IdentityStack } from './identity-stack.ts';
import { settingsOf } from './settings.ts';

/** Adds the deployment's stacks to an app: the one list that deploys on AWS and on one machine. */
export const addStepkeyStacks = (
  app: App,
  options: {
    /** The repository's directory, with its grants and token claims. */
    readonly root: string;
    readonly functionsDirectory: string;
    readonly stagingDirectory: string;
    readonly env?: Environment;
  },
): void => {
  const settings = settingsOf(app.node);
  // The CDK command checks the bootstrap version itself; without the rule, templates have no parameters.
  const synthesizer = () =>
    new DefaultStackSynthesizer({
      generateBootstrapVersionRule: false,
      // CDK's class declares an optional member as possibly undefined, which its interface does not.
    }) as IStackSynthesizer;
  const common = {
    settings,
    terminationProtection: settings.keepData,
    ...(options.env ? { env: options.env } : {}),
  };
  const identity = new IdentityStack(app, 'StepkeyIdentity', {
    ...common,
    synthesizer: synthesizer(),
    description: 'Stepkey: user pool and identity pool',
    tokenClaimsFile: join(options.root, 'identity', 'token-claims.json'),
    functionsDirectory: options.functionsDirectory,
    stagingDirectory: options.stagingDirectory,
  });
  const broker = new BrokerStack(app, 'StepkeyBroker', {
    ...common,
    synthesizer: synthesizer(),
    description: 'Stepkey: the credential broker',
    userPools: [identity.userPool],
    identityPoolId: identity.identityPoolId,
    developerProvider: identity.developerProvider,
    grantsDirectory: join(options.root, 'grants'),
    functionsDirectory: options.functionsDirectory,
    stagingDirectory: options.stagingDirectory,
  });
  const audit = new AuditStack(app, 'StepkeyAudit', {
    ...common,
    synthesizer: synthesizer(),
    description: 'Stepkey: dashboard and alarms',
  });
  // It names what it watches and refers to nothing, so that CDK cannot know.
  audit.addStackDependency(broker);
};
