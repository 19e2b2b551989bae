import { expect } from '@jest/globals';
import { apiRoutes } from '../../../core/contracts/api-routes.ts';
import type { ApiRoute } from '../../../core/contracts/api-routes.ts';
import { callApi } from '../../support/twin/api.ts';
import { tokenOfMachine } from '../../support/twin/machines.ts';
import type { Stage, Stories } from '../story.ts';

/** Somebody's who passes the gate. */
const tokenFor = async (
  { people, twin }: Stage,
  { door, scopes }: ApiRoute,
): Promise<string | null> => {
  if (door === null) return null;
  if (door === 'id') return people.alice.idToken;
  if (scopes.includes('stepkey/credentials')) return people.alice.accessToken;
  if (scopes.includes('stepkey/audit')) return people.audrey.accessToken;
  if (scopes.includes('stepkey/revoke')) return people.oscar.accessToken;
  return tokenOfMachine(twin, 'batch');
};

export const routes: Stories = [
  {
    title:
      'every route reaches its function: whoever may pass the gate meets no failure of ours behind it',
    tell: async (stage) => {
      const answers = await Promise.all(
        apiRoutes.map(async (route) => {
          const token = await tokenFor(stage, route);
          const path = route.path.replace(/\{\w+\}/g, 'something');
          const answer = await callApi(stage.twin, route.method, path, {
            ...(token !== null && { token }),
          });
          return { ...route, status: answer.status };
        }),
      );
      expect(answers.length).toBeGreaterThan(0);
      // 401 would say that the gate was not passed.
      expect(answers.filter(({ status }) => status >= 500 || status === 401)).toEqual([]);
    },
  },
];
