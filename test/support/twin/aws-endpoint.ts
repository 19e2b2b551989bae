import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from '../../../local/aws.ts';
import type { PolicyDocument } from '../../../local/iam/policy.ts';
import { createAwsCall } from '../../../local/wire/dispatch.ts';
import { createAwsEndpoint } from '../../../local/wire/endpoint.ts';
import type { Principals } from '../../../local/wire/principals.ts';

/** Two callers on the twin's AWS endpoint: one who may do everything, one with a policy of the test's. */
export const admin = { accessKeyId: 'AKIDADMIN', secretAccessKey: 'admin-secret' };
export const limited = { accessKeyId: 'ASIALIMITED', secretAccessKey: 'limited-secret' };
export const clock = { nowEpochMillis: () => Date.now() };

const allowAll: PolicyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };

const principalsWith = (policyOfLimited: () => PolicyDocument): Principals => ({
  resolve: (accessKeyId) => {
    const isAdmin = accessKeyId === admin.accessKeyId;
    return Promise.resolve({
      secretAccessKey: (isAdmin ? admin : limited).secretAccessKey,
      principal: {
        kind: 'role-session',
        arn: `arn:aws:sts::123456789012:assumed-role/${isAdmin ? 'admin' : 'limited'}/session`,
        accountId: '123456789012',
        userId: 'AROA:session',
        identityPolicies: [isAdmin ? allowAll : policyOfLimited()],
        permissionsBoundary: null,
        sessionPolicies: [],
        conditionKeys: {},
      },
    });
  },
});

/** Serves one service on a free port of the loopback. @param policyOfLimited read at each call */
export const listen = async (
  service: Service,
  policyOfLimited: () => PolicyDocument,
): Promise<Server> => {
  const server = createServer(
    createAwsEndpoint({
      call: createAwsCall([service], { log: () => undefined }),
      principals: principalsWith(policyOfLimited),
      clock,
      publicDocuments: () => Promise.resolve(null),
      log: () => undefined,
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

export const settingsOf = (server: Server, credentials: typeof admin) => ({
  region: 'us-east-1',
  endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
  credentials,
  maxAttempts: 1,
});

export const close = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};
