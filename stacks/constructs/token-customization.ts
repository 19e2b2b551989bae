import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { LambdaVersion, type UserPool, UserPoolOperation } from 'aws-cdk-lib/aws-cognito';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { stageFunction } from '../function-assets.ts';
import { readTokenClaimsFile } from '../token-claims-file.ts';
import { BrokerFunction } from './broker-function.ts';

const functionFolder = 'pre-token-generation';

export interface TokenCustomizationProps {
  readonly userPool: UserPool;
  readonly deploymentName: string;
  /** The reviewed file that says what tokens are to say. Checked at synthesis. */
  readonly tokenClaimsFile: string;
  readonly functionsDirectory: string;
  readonly stagingDirectory: string;
  readonly removalPolicy: RemovalPolicy;
}

/** The user pool's pre token generation trigger: a function that calls nothing. */
export class TokenCustomization extends Construct {
  constructor(scope: Construct, id: string, props: TokenCustomizationProps) {
    super(scope, id);
    const tokenClaims = readTokenClaimsFile(props.tokenClaimsFile);
    const trigger = new BrokerFunction(this, functionFolder, {
      functionName: `${props.deploymentName}-${functionFolder}`,
      description: 'Adds and suppresses claims and scopes of tokens',
      codeDirectory: stageFunction({
        name: functionFolder,
        functionsDirectory: props.functionsDirectory,
        stagingDirectory: props.stagingDirectory,
        data: { 'token-claims.json': tokenClaims.text },
      }),
      // Cognito waits no longer.
      timeout: Duration.seconds(5),
      environment: {},
      rights: [],
      // The key belongs to the broker's stack, which comes later; this function writes no line of its own.
      dataKey: null,
      logRetention: RetentionDays.ONE_YEAR,
      removalPolicy: props.removalPolicy,
      // It calls nothing.
      network: null,
    });
    // Version 2 reaches access tokens; version 3 also runs for machines, which wait for it only where rules mean them.
    props.userPool.addTrigger(
      UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG,
      trigger.function,
      tokenClaims.changesMachineTokens ? LambdaVersion.V3_0 : LambdaVersion.V2_0,
    );
  }
}
