import * as z from '../../core/zod.ts';
import { idempotencyKey } from '../../core/contracts/idempotency-key.ts';
import {
  revocationListQuery,
  revocationPath,
  revocationRequest,
} from '../../core/contracts/revocation-requests.ts';
import { StepkeyError } from '../../core/errors.ts';
import { requestRestoration } from '../../core/revocations/request.ts';
import type { RevocationRecord } from '../../core/revocations/revocation.ts';
import { answer, emptyAnswer } from '../http/http-answer.ts';
import { readHeader, readJsonBody, readPath, readQuery } from '../http/http-request.ts';
import { refuseRevokedCaller } from '../http/refuse-revoked-caller.ts';
import type { Routes } from '../http/route.ts';
import { createRevocation } from './create-revocation.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { RevocationsContext, RevocationsPorts } from './ports.ts';
import { revocationAnswerOf } from './revocation-answer.ts';

const noQuery = z.strictObject({});

const bodyOf = (ports: Pick<RevocationsPorts, 'clock'>, record: RevocationRecord) =>
  revocationAnswerOf(record, Math.floor(ports.clock.nowEpochMillis() / 1000));

export const routes: Routes<RevocationsPorts, RevocationsContext> = {
  'POST /v1/revocations': (http) => {
    readQuery(http, noQuery);
    const order = readJsonBody(http, revocationRequest);
    const key = readHeader(http, 'idempotency-key', idempotencyKey);
    return {
      grant: null,
      run: async (ports, context, request) => {
        await refuseRevokedCaller(ports, request.caller);
        const record = await createRevocation(ports, context, request, order, key);
        return answer(bodyOf(ports, record), {
          status: 202,
          headers: { Location: `/v1/revocations/${record.revocationId}` },
        });
      },
    };
  },
  'GET /v1/revocations': (http) => {
    const { limit, cursor = null } = readQuery(http, revocationListQuery);
    const before = readCursor(cursor);
    return {
      grant: null,
      run: async (ports, _context, { caller }) => {
        await refuseRevokedCaller(ports, caller);
        const { records, next } = await ports.records.list(before, limit);
        return answer({
          revocations: records.map((record) => bodyOf(ports, record)),
          ...(next === null ? {} : { nextCursor: writeCursor(next) }),
        });
      },
    };
  },
  'GET /v1/revocations/{revocationId}': (http) => {
    readQuery(http, noQuery);
    const { revocationId } = readPath(http, revocationPath);
    return {
      grant: null,
      run: async (ports, _context, { caller }) => {
        await refuseRevokedCaller(ports, caller);
        const record = await ports.records.read(revocationId);
        if (record === null) throw new StepkeyError('Request.NotFound');
        return answer(bodyOf(ports, record));
      },
    };
  },
  'DELETE /v1/revocations/{revocationId}': (http) => {
    readQuery(http, noQuery);
    const { revocationId } = readPath(http, revocationPath);
    return {
      grant: null,
      run: async (ports, _context, { caller }) => {
        await refuseRevokedCaller(ports, caller);
        const record = await requestRestoration(ports, revocationId, caller.subject);
        if (record === null) throw new StepkeyError('Request.NotFound');
        return record.restoredAtEpochSeconds === null
          ? answer(bodyOf(ports, record), { status: 202 })
          : emptyAnswer();
      },
    };
  },
};
