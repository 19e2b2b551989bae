import { describe, expect, it } from '@jest/globals';
import { SFNClient } from '@aws-sdk/client-sfn';

import { clientSettings } from '../../../adapters/aws-clients.ts';

const services = ['dynamodb', 'kms', 'cognito-identity', 'sts', 'states'] as const;
const atAws = { region: 'us-east-1', endpoint: null };
const elsewhere = { region: 'us-east-1', endpoint: 'http://127.0.0.1:8701' };

describe('clientSettings', () => {
  it.each(services)('bounds every call of %s in time, and throws when it is over', (service) => {
    const { requestHandler } = clientSettings(service, atAws);
    expect(requestHandler.requestTimeout).toBeGreaterThan(0);
    expect(requestHandler.throwOnRequestTimeout).toBe(true);
  });

  it.each(['cognito-identity', 'sts', 'states'] as const)(
    'lets %s try once, because it mints or spends',
    (service) => {
      expect(clientSettings(service, atAws).maxAttempts).toBe(1);
    },
  );

  it('leaves endpoint and host prefix to the SDK at AWS', () => {
    expect(clientSettings('states', atAws)).not.toHaveProperty('endpoint');
    expect(new SFNClient(clientSettings('states', atAws)).config.disableHostPrefix).toBe(false);
  });

  it('turns the host prefix off where the endpoint is overridden', () => {
    const { config } = new SFNClient(clientSettings('states', elsewhere));
    expect(config.disableHostPrefix).toBe(true);
  });
});
