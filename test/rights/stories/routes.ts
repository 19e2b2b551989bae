import { expect } from '@jest/globals';
import { callApi } from '../../support/twin/api.ts';
import type { Stage, Stories } from '../story.ts';

interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route that a permission lets API Gateway bring to a function: new ones are tried without being listed. */
const routesOf = ({ twin }: Stage): readonly Route[] =>
  twin.stacks.resources.flatMap(({ type, properties }) => {
    const { Principal: principal, SourceArn: source = '' } = properties as {
      readonly Principal?: string;
      readonly SourceArn?: string;
    };
    if (type !== 'AWS::Lambda::Permission' || principal !== 'apigateway.amazonaws.com') return [];
    const [, , method = '', ...path] = source.split('/');
    return [{ method, path: `/${path.join('/').replaceAll('*', 'something')}` }];
  });

const machineToken = async ({ twin }: Stage): Promise<string> => {
  const { clientId, clientSecret = '' } = twin.endpoints.clients.batch;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const answer = await fetch(twin.endpoints.tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
};

export const routes: Stories = [
  {
    title:
      'every route reaches its function: whoever may pass the gate meets no failure of ours behind it',
    tell: async (stage) => {
      const { alice, audrey, oscar } = stage.people;
      const tokens = [
        alice.idToken,
        alice.accessToken,
        audrey.accessToken,
        oscar.accessToken,
        await machineToken(stage),
      ];
      const found = routesOf(stage);
      expect(found.length).toBeGreaterThan(0);
      for (const { method, path } of found)
        for (const token of tokens) {
          const { status } = await callApi(stage.twin, method, path, { token });
          expect({ method, path, isFailure: status >= 500 }).toMatchObject({ isFailure: false });
        }
    },
  },
];
