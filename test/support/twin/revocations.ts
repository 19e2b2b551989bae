import { setTimeout as wait } from 'node:timers/promises';
import type { Twin } from '../../../local/twin.ts';
import { callApi, type ApiAnswer } from './api.ts';

/** A token of the client `operator`, as its owner gets it. */
const operatorToken = async (twin: Twin): Promise<string> => {
  const { clientId, clientSecret = '' } = twin.endpoints.clients.operator;
  const answer = await fetch(twin.endpoints.tokenEndpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials&scope=stepkey/revoke',
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
};

export interface Operator {
  readonly token: string;
  readonly revoke: (target: object, options?: object) => Promise<ApiAnswer>;
  readonly read: (id: unknown) => Promise<Record<string, unknown>>;
  /** Asks until the revocation is in this status. */
  readonly until: (id: unknown, status: string) => Promise<Record<string, unknown>>;
  /** Revokes and waits until AWS has the denial. @returns the status body */
  readonly revokeNow: (target: object, options?: object) => Promise<Record<string, unknown>>;
  readonly restoreNow: (id: unknown) => Promise<Record<string, unknown>>;
}

const patienceMillis = 15_000;

export const operatorOf = async (twin: Twin): Promise<Operator> => {
  const token = await operatorToken(twin);
  const revoke: Operator['revoke'] = (target, options = {}) =>
    callApi(twin, 'POST', '/v1/revocations', {
      token,
      body: { target, reason: 'a drill', ...options },
    });
  const read: Operator['read'] = async (id) =>
    (await callApi(twin, 'GET', `/v1/revocations/${String(id)}`, { token })).body;
  const until: Operator['until'] = async (id, status) => {
    const deadline = Date.now() + patienceMillis;
    for (;;) {
      const body = await read(id);
      if (body['status'] === status) return body;
      if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(body)}`);
      await wait(25);
    }
  };
  return {
    token,
    revoke,
    read,
    until,
    revokeNow: async (target, options) => {
      const { body } = await revoke(target, options);
      return until(body['revocationId'], 'in-force');
    },
    restoreNow: async (id) => {
      await callApi(twin, 'DELETE', `/v1/revocations/${String(id)}`, { token });
      return until(id, 'restored');
    },
  };
};
