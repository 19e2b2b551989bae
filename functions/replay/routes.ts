import * as z from '../../core/zod.ts';
import { replayRequest } from '../../core/contracts/replay-requests.ts';
import { answer } from '../http/http-answer.ts';
import { readJsonBody, readQuery } from '../http/http-request.ts';
import { refuseRevokedCaller } from '../http/refuse-revoked-caller.ts';
import type { HttpContext, Routes } from '../http/route.ts';
import type { ReplayFunctionPorts } from './ports.ts';
import { redrive } from './redrive.ts';
import { replay } from './replay.ts';

const nothing = z.strictObject({});

export const routes: Routes<ReplayFunctionPorts, HttpContext> = {
  'POST /v1/replays': (http) => {
    readQuery(http, nothing);
    const asked = readJsonBody(http, replayRequest);
    return {
      grant: null,
      run: async (ports, _context, { caller }) => {
        await refuseRevokedCaller(ports, caller);
        const done = await replay(ports, asked);
        const { subject: by, client } = caller;
        ports.note('events replayed', { by, client, asked, replayed: done.replayed });
        return answer(done);
      },
    };
  },
  'POST /v1/redrives': (http) => {
    readQuery(http, nothing);
    readJsonBody(http, nothing);
    return {
      grant: null,
      run: async (ports, _context, { caller }) => {
        await refuseRevokedCaller(ports, caller);
        const done = await redrive(ports);
        ports.note('failed records redriven', {
          by: caller.subject,
          client: caller.client,
          ...done,
        });
        return answer(done);
      },
    };
  },
};
