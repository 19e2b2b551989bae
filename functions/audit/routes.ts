import type { APIGatewayProxyResult } from 'aws-lambda';
import * as z from '../../core/zod.ts';
import {
  chainQuery,
  grantsQuery,
  issuancesQuery,
  recordPath,
  shardPath,
} from '../../core/contracts/ledger-queries.ts';
import { StepkeyError } from '../../core/errors.ts';
import { answer } from '../http/http-answer.ts';
import { readPath, readQuery, type HttpRequest } from '../http/http-request.ts';
import { refuseRevokedCaller } from '../http/refuse-revoked-caller.ts';
import type { AuthenticatedRequest, Routes } from '../http/route.ts';
import type { AuditContext, AuditPorts } from './auditor.ts';
import { exportPage, formatOf } from './export.ts';
import { listIssuances } from './list-issuances.ts';
import {
  showIssuance,
  showIssuanceSteps,
  showSession,
  showSessionSteps,
  showSubject,
} from './show-record.ts';

const noQuery = z.strictObject({});
const linksByDefault = 200;

/** Refuses who was revoked, and notes who reads what before it is read. */
const noted =
  (
    route: string,
    asked: Readonly<Record<string, unknown>>,
    read: (
      ports: AuditPorts,
      context: AuditContext,
      auditor: string,
    ) => Promise<APIGatewayProxyResult>,
  ) =>
  async (
    ports: AuditPorts,
    context: AuditContext,
    { caller }: AuthenticatedRequest,
  ): Promise<APIGatewayProxyResult> => {
    await refuseRevokedCaller(ports, caller);
    ports.readLog({ reader: caller.subject, client: caller.client, route, asked });
    return read(ports, context, caller.subject);
  };

const byId =
  (
    route: string,
    show: (
      ports: AuditPorts,
      id: string,
      auditor: string,
      context: AuditContext,
    ) => Promise<object>,
  ) =>
  (http: HttpRequest) => {
    readQuery(http, noQuery);
    const { id } = readPath(http, recordPath);
    return {
      grant: null,
      run: noted(route, { id }, async (ports, context, auditor) =>
        answer(await show(ports, id, auditor, context)),
      ),
    };
  };

export const routes: Routes<AuditPorts, AuditContext> = {
  'GET /v1/issuances': (http) => {
    const query = readQuery(http, issuancesQuery);
    const format = formatOf(http, query.format);
    return {
      grant: null,
      run: noted('GET /v1/issuances', query, async (ports, _, auditor) =>
        exportPage(format, await listIssuances(ports, query, auditor), query.cursor === undefined),
      ),
    };
  },
  'GET /v1/issuances/{id}': byId('GET /v1/issuances/{id}', showIssuance),
  'GET /v1/issuances/{id}/steps': byId('GET /v1/issuances/{id}/steps', showIssuanceSteps),
  'GET /v1/sessions/{id}': byId('GET /v1/sessions/{id}', showSession),
  'GET /v1/sessions/{id}/steps': byId('GET /v1/sessions/{id}/steps', showSessionSteps),
  'GET /v1/subjects/{id}': byId('GET /v1/subjects/{id}', showSubject),
  'GET /v1/grants': (http) => {
    const { object } = readQuery(http, grantsQuery);
    return {
      grant: null,
      run: noted('GET /v1/grants', { object }, (_, { reach, reachOfObject }) => {
        const found = object === undefined ? reach : reachOfObject(object);
        if (found !== null) return Promise.resolve(answer(found));
        throw new StepkeyError('Request.Malformed', {
          faults: ['object: names no object of S3, as s3://bucket/key does'],
        });
      }),
    };
  },
  'GET /v1/ledger': (http) => {
    readQuery(http, noQuery);
    return {
      grant: null,
      run: noted('GET /v1/ledger', {}, async (ports) =>
        answer({ heads: await ports.reader.readHeads() }),
      ),
    };
  },
  'GET /v1/ledger/{shard}': (http) => {
    const { shard } = readPath(http, shardPath);
    const { after = 0, limit = linksByDefault } = readQuery(http, chainQuery);
    return {
      grant: null,
      run: noted('GET /v1/ledger/{shard}', { shard, after }, async (ports) => {
        const links = await ports.reader.readChain(shard, after, limit);
        return answer({ links, isLast: links.length < limit });
      }),
    };
  },
};
