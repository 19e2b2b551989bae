import * as z from 'zod';
import { credentialsRequest, decisionRequest, grantName } from '../../core/contracts/api.ts';
import { answer } from '../http/http-answer.ts';
import { readJsonBody, readPath, readQuery } from '../http/http-request.ts';
import type { Routes } from '../http/route.ts';
import { containerAnswerOf, credentialsAnswerOf } from './credentials-answer.ts';
import { explainDecision } from './explain-decision.ts';
import type { FrontContext, FrontPorts } from './front.ts';
import { getIdentity } from './get-identity.ts';
import { issueCredentials } from './issue-credentials.ts';

const roleQuery = z.strictObject({ roleArn: credentialsRequest.shape.roleArn });
const noQuery = z.strictObject({});
const grantPath = z.strictObject({ grant: grantName });

export const routes: Routes<FrontPorts, FrontContext> = {
  'POST /v1/credentials': (http) => {
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
  'GET /v1/container-credentials/{grant}': (http) => {
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
  'GET /v1/identity': (http) => {
    readQuery(http, noQuery);
    return {
      grant: null,
      run: async (ports, context, request) => {
        const identity = await getIdentity(ports, context, request);
        return answer({ subject: request.caller.subject, ...identity });
      },
    };
  },
  'POST /v1/decisions': (http) => {
    readQuery(http, noQuery);
    const { grant = null, roleArn = null } = readJsonBody(http, decisionRequest);
    return {
      grant,
      run: async (ports, context, request) =>
        answer(await explainDecision(ports, context, request, { grant, roleArn })),
    };
  },
};
