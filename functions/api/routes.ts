import * as z from '../../core/zod.ts';
import { grantName } from '../../core/contracts/grant-name.ts';
import {
  credentialsRequest,
  decisionRequest,
  exchangeCredentialsRequest,
  exchangeDecisionRequest,
  subjectName,
  type HypotheticalCaller,
} from '../../core/contracts/api-requests.ts';
import { refusalBasisOf } from '../../core/grants/refusal.ts';
import { resolveSubject } from '../../core/subject/resolve-subject.ts';
import { answer } from '../http/http-answer.ts';
import { readJsonBody, readPath, readQuery } from '../http/http-request.ts';
import type { Prepared, Routes } from '../http/route.ts';
import { containerAnswerOf, credentialsAnswerOf } from './credentials-answer.ts';
import { explainDecision } from './explain-decision.ts';
import type { FrontContext, FrontPorts } from './front.ts';
import { getIdentity } from './get-identity.ts';
import { issueCredentials, type CredentialsWish } from './issue-credentials.ts';

const roleQuery = z.strictObject({ roleArn: credentialsRequest.shape.roleArn });
const exchangeQuery = z.extend(roleQuery, { subject: z.optional(subjectName) });
const noQuery = z.strictObject({});
const grantPath = z.strictObject({ grant: grantName });

type Asked = Omit<Prepared<FrontPorts, FrontContext>, 'run'>;

/** At the access door: for the token's own subject, or for the one that a machine names. */
const forSubject = (grant: string | null, onBehalfOf: string | null): Asked => ({
  grant,
  onBehalfOf,
  callerOf: resolveSubject,
});

const issue = (
  asked: Asked,
  wish: CredentialsWish,
  answerOf: typeof credentialsAnswerOf | typeof containerAnswerOf,
): Prepared<FrontPorts, FrontContext> => ({
  ...asked,
  basisOfRefusal: ({ grants }, caller) => refusalBasisOf(caller, wish.grant, grants),
  run: async (ports, context, request) =>
    answer(answerOf(await issueCredentials(ports, context, request, wish))),
});

const explain = (
  grant: string | null,
  roleArn: string | null,
  onBehalfOf: string | null,
  caller: HypotheticalCaller | null,
): Prepared<FrontPorts, FrontContext> => ({
  grant,
  onBehalfOf,
  run: async (ports, context, request) =>
    answer(await explainDecision(ports, context, request, { grant, roleArn }, caller)),
});

export const routes: Routes<FrontPorts, FrontContext> = {
  'POST /v1/credentials': (http) => {
    readQuery(http, noQuery);
    const body = readJsonBody(http, credentialsRequest);
    const { grant = null, roleArn = null, minTtlSeconds = null } = body;
    return issue({ grant }, { grant, roleArn, minTtlSeconds }, credentialsAnswerOf);
  },
  'GET /v1/container-credentials/{grant}': (http) => {
    const { grant } = readPath(http, grantPath);
    const { roleArn = null } = readQuery(http, roleQuery);
    return issue({ grant }, { grant, roleArn, minTtlSeconds: null }, containerAnswerOf);
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
    const { grant = null, roleArn = null, caller = null } = readJsonBody(http, decisionRequest);
    return explain(grant, roleArn, null, caller);
  },
  'POST /v1/exchange/credentials': (http) => {
    readQuery(http, noQuery);
    const body = readJsonBody(http, exchangeCredentialsRequest);
    const { grant = null, roleArn = null, minTtlSeconds = null, subject = null } = body;
    return issue(
      forSubject(grant, subject),
      { grant, roleArn, minTtlSeconds },
      credentialsAnswerOf,
    );
  },
  'GET /v1/exchange/container-credentials/{grant}': (http) => {
    const { grant } = readPath(http, grantPath);
    const { roleArn = null, subject = null } = readQuery(http, exchangeQuery);
    return issue(
      forSubject(grant, subject),
      { grant, roleArn, minTtlSeconds: null },
      containerAnswerOf,
    );
  },
  'POST /v1/exchange/decisions': (http) => {
    readQuery(http, noQuery);
    const body = readJsonBody(http, exchangeDecisionRequest);
    const { grant = null, roleArn = null, subject = null, caller = null } = body;
    return explain(grant, roleArn, subject, caller);
  },
};
