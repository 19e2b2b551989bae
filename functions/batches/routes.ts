import * as z from '../../core/zod.ts';
import { StepkeyError } from '../../core/errors.ts';
import { batchId, batchQuery, batchRequest } from '../../core/contracts/batch-requests.ts';
import type { BatchReport } from '../../core/contracts/batch-answers.ts';
import { idempotencyKey } from '../../core/contracts/idempotency-key.ts';
import { answer } from '../http/http-answer.ts';
import { readHeader, readJsonBody, readPath, readQuery } from '../http/http-request.ts';
import type { Routes } from '../http/route.ts';
import { batchAnswerOf } from './answer.ts';
import { cancelBatch } from './cancel-batch.ts';
import { findBatch, settle } from './find-batch.ts';
import type { BatchContext, BatchPorts } from './ports.ts';
import { resumeBatch } from './resume-batch.ts';
import { startBatch } from './start-batch.ts';

const noQuery = z.strictObject({});
const noBody = z.strictObject({});
const batchPath = z.strictObject({ id: batchId });
const defaultPage = 100;

const encodeCursor = (subject: string): string => Buffer.from(subject).toString('base64url');

const decodeCursor = (cursor: string): string => {
  const subject = Buffer.from(cursor, 'base64url').toString('utf8');
  if (subject !== '' && encodeCursor(subject) === cursor) return subject;
  throw new StepkeyError('Request.Malformed', { faults: ['cursor: is none of ours'] });
};

export const routes: Routes<BatchPorts, BatchContext> = {
  'POST /v1/batches': (http) => {
    readQuery(http, noQuery);
    const body = readJsonBody(http, batchRequest);
    const key = readHeader(http, 'idempotency-key', idempotencyKey);
    return {
      grant: body.grant,
      run: async (ports, context, { caller }) => {
        const batch = await startBatch(ports, context, caller, body, key);
        return answer(batchAnswerOf(batch), {
          status: 202,
          headers: { Location: `/v1/batches/${batch.batchId}` },
        });
      },
    };
  },
  'GET /v1/batches/{id}': (http) => {
    const { id } = readPath(http, batchPath);
    const { cursor, limit = defaultPage } = readQuery(http, batchQuery);
    const after = cursor === undefined ? null : decodeCursor(cursor);
    return {
      grant: null,
      run: async (ports, _, { caller }) => {
        const batch = await settle(ports, await findBatch(ports, caller, id));
        const page = await ports.batches.outcomes(id, { after, limit });
        const last = page.outcomes.at(-1);
        return answer({
          ...batchAnswerOf(batch),
          outcomes: page.outcomes.map(({ subject, outcome, reason, sessionId }) => ({
            subject,
            outcome,
            ...(reason === null ? {} : { reason }),
            ...(sessionId === null ? {} : { sessionId }),
          })),
          ...(page.isLast || last === undefined ? {} : { nextCursor: encodeCursor(last.subject) }),
        } satisfies BatchReport);
      },
    };
  },
  'DELETE /v1/batches/{id}': (http) => {
    const { id } = readPath(http, batchPath);
    readQuery(http, noQuery);
    return {
      grant: null,
      run: async (ports, _, { caller }) =>
        answer(batchAnswerOf(await cancelBatch(ports, caller, id))),
    };
  },
  'POST /v1/batches/{id}/resume': (http) => {
    const { id } = readPath(http, batchPath);
    readQuery(http, noQuery);
    readJsonBody(http, noBody);
    return {
      grant: null,
      run: async (ports, context, { caller }) =>
        answer(batchAnswerOf(await resumeBatch(ports, context, caller, id)), {
          status: 202,
          headers: { Location: `/v1/batches/${id}` },
        }),
    };
  },
};
