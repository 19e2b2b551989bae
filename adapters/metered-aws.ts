import { clientSettings, type AwsService } from './aws-clients.ts';
import { variables } from './environment.ts';
import { powertoolsMeter } from './metrics.ts';
import { watchUpstreams, type WatchedClient } from './watched-upstreams.ts';

/** What every function that calls AWS is given. */
export const awsVariables = {
  AWS_REGION: variables.AWS_REGION,
  AWS_ENDPOINT_URL: variables.AWS_ENDPOINT_URL,
} as const;

interface AwsEnvironment {
  readonly AWS_REGION: string;
  readonly AWS_ENDPOINT_URL: string | null;
}

/** The meter of a function and its SDK clients, whose failures that meter counts. */
export const meteredAws = (environment: AwsEnvironment) => {
  const aws = { region: environment.AWS_REGION, endpoint: environment.AWS_ENDPOINT_URL };
  const meter = powertoolsMeter();
  const watch = watchUpstreams(meter);
  return {
    meter,
    /** @param settings what this client needs beyond the settings of its service */
    client: <Client extends WatchedClient>(
      service: AwsService,
      Sdk: new (settings: ReturnType<typeof clientSettings>) => Client,
      settings: object = {},
    ): Client => watch(service, new Sdk({ ...clientSettings(service, aws), ...settings })),
  };
};
