import type { APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod';
import { credentialsRequest, decisionRequest, grantName } from '../../core/contracts/api.ts';
import type { Door } from '../../core/contracts/caller.ts';
import { explainDecision } from './explain-decision.ts';
import type { FrontContext, FrontPorts, FrontRequest } from './front.ts';
import { getIdentity } from './get-identity.ts';
import { answer, containerAnswerOf, credentialsAnswerOf } from './http-answer.ts';
import { readJsonBody, readPath, readQuery, type HttpRequest } from './http-request.ts';
import { issueCredentials } from './issue-credentials.ts';

/** A request whose parameters were read. */
interface Prepared {
  /** As asked for, for the record of a denial; null when none was named. */
  readonly grant: string | null;
  readonly run: (
    ports: FrontPorts,
    context: FrontContext,
    request: FrontRequest,
  ) => Promise<APIGatewayProxyResult>;
}

/** One method of one path. */
interface Route {
  readonly door: Door;
  /** @throws Request.* for parameters that are not of the documented shape */
  readonly prepare: (request: HttpRequest) => Prepared;
}

const roleQuery = z.strictObject({ roleArn: credentialsRequest.shape.roleArn });
const noQuery = z.strictObject({});
const grantPath = z.strictObject({ grant: grantName });

/** Keyed as the gateway names them: method and path template. */
export const routes: Readonly<Record<string, Route>> = {
  'POST /v1/credentials': {
    door: 'id',
    prepare: (http) => {
      readQuery(http, noQuery);
      const body = readJsonBody(http, credentialsRequest);
      const { grant = null, roleArn = null, minTtlSeconds = null } = body;
      return {
        grant,
        run: async (ports, context, request) =>
          answer(
            credentialsAnswerOf(
              await issueCredentials(ports, context, request, { grant, roleArn, minTtlSeconds }),
            ),
          ),
      };
    },
  },
  'GET /v1/container-credentials/{grant}': {
    door: 'id',
    prepare: (http) => {
      const { grant } = readPath(http, grantPath);
      const { roleArn = null } = readQuery(http, roleQuery);
      return {
        grant,
        run: async (ports, context, request) =>
          answer(
            containerAnswerOf(
              await issueCredentials(ports, context, request, {
                grant,
                roleArn,
                minTtlSeconds: null,
              }),
            ),
          ),
      };
    },
  },
  'GET /v1/identity': {
    door: 'id',
    prepare: (http) => {
      readQuery(http, noQuery);
      return {
        grant: null,
        run: async (ports, context, request) => {
          const identity = await getIdentity(ports, context, request);
          return answer({ subject: request.caller.subject, ...identity });
        },
      };
    },
  },
  'POST /v1/decisions': {
    door: 'id',
    prepare: (http) => {
      readQuery(http, noQuery);
      const { grant = null, roleArn = null } = readJsonBody(http, decisionRequest);
      return {
        grant,
        run: async (ports, context, request) =>
          answer(await explainDecision(ports, context, request, { grant, roleArn })),
      };
    },
  },
};
