import { chainQuery, grantsQuery, issuancesQuery } from '../../core/contracts/ledger-queries.ts';
import { operation } from './operation.ts';
import {
  batchParameter,
  containerParameters,
  idempotencyKey,
  idInPath,
  queryParameters,
  revocationId,
  subjectParameter,
  text,
} from './parameters.ts';
import type { SchemaName } from './schemas.ts';

const revokers = [{ accessToken: ['stepkey/revoke'] }];
const actors = [{ accessToken: ['stepkey/act-as'] }];
/** One of the scopes is enough to pass the gateway; which one is needed depends on whether a subject is named. */
const accessToken = [{ accessToken: ['stepkey/credentials'] }, { accessToken: ['stepkey/act-as'] }];

const auditorsRead = (summary: string, answer: SchemaName, parameters: readonly object[] = []) => ({
  get: operation(summary, answer, {
    ...(parameters.length > 0 ? { parameters } : {}),
    security: [{ accessToken: ['stepkey/audit'] }],
  }),
});

/** Every route of core/contracts/api-routes.ts, as docs/openapi.json has it. */
export const paths: Readonly<Record<string, object>> = {
  '/v1/credentials': {
    post: operation('Credentials for the caller.', 'Credentials', { body: 'CredentialsRequest' }),
  },
  '/v1/container-credentials/{grant}': {
    get: operation(
      'The same in the shape of a container credentials endpoint, so that any AWS SDK can use the URL.',
      'ContainerCredentials',
      {
        parameters: containerParameters,
      },
    ),
  },
  '/v1/exchange/credentials': {
    post: operation(
      "Credentials for an access token's own subject, or for the one that a machine names.",
      'Credentials',
      { body: 'ExchangeCredentialsRequest', security: accessToken },
    ),
  },
  '/v1/exchange/container-credentials/{grant}': {
    get: operation(
      'The same in the shape of a container credentials endpoint.',
      'ContainerCredentials',
      { parameters: [...containerParameters, subjectParameter], security: accessToken },
    ),
  },
  '/v1/exchange/decisions': {
    post: operation(
      'What would be issued and why; every rule that was tried is told to tokens with stepkey/audit.',
      'Decision',
      { body: 'ExchangeDecisionRequest', security: accessToken },
    ),
  },
  '/v1/identity': {
    get: operation("The caller's identity id, registered on first sight.", 'Identity'),
  },
  '/v1/decisions': {
    post: operation('What would be issued and why; mints nothing.', 'Decision', {
      body: 'DecisionRequest',
    }),
  },
  '/v1/batches': {
    post: operation(
      'Mints for many subjects ahead of the job that will ask for them; the answer never holds credentials.',
      'Batch',
      { body: 'BatchRequest', parameters: [idempotencyKey], security: actors, status: 202 },
    ),
  },
  '/v1/batches/{id}': {
    get: operation('A batch, its progress, and a page of its outcomes.', 'BatchReport', {
      parameters: [
        batchParameter,
        { name: 'cursor', in: 'query', required: false, schema: text(1) },
        {
          name: 'limit',
          in: 'query',
          required: false,
          schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
        },
      ],
      security: [...actors, { accessToken: ['stepkey/audit'] }],
    }),
    delete: operation('Cancels a batch; one that has ended stays as it is.', 'Batch', {
      parameters: [batchParameter],
      security: actors,
    }),
  },
  '/v1/batches/{id}/resume': {
    post: operation(
      'Runs a batch again for the subjects that failed or were never reached.',
      'Batch',
      { parameters: [batchParameter], security: actors, status: 202 },
    ),
  },
  '/v1/revocations': {
    post: operation('Revokes a subject, a client, a grant, or everything.', 'Revocation', {
      body: 'RevocationRequest',
      parameters: [idempotencyKey],
      security: revokers,
      status: 202,
    }),
    get: operation('All revocations, newest first.', 'RevocationList', {
      parameters: [
        {
          name: 'limit',
          in: 'query',
          required: false,
          schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
        },
        { name: 'cursor', in: 'query', required: false, schema: text(1) },
      ],
      security: revokers,
    }),
  },
  '/v1/revocations/{revocationId}': {
    get: operation('What has been done, and what is still propagating.', 'Revocation', {
      parameters: [revocationId],
      security: revokers,
    }),
    delete: operation(
      'Restores it; other revocations of the same target stay in force.',
      'Revocation',
      {
        parameters: [revocationId],
        security: revokers,
        status: 202,
        others: { '204': { description: 'It is restored already.' } },
      },
    ),
  },
  '/v1/replays': {
    post: operation(
      'Tells the bus again what the ledger holds of a range, marked as replayed.',
      'Replay',
      { body: 'ReplayRequest', security: revokers },
    ),
  },
  '/v1/redrives': {
    post: operation(
      'Chains and tells what could not be chained or told for an hour, and takes it out of the queue.',
      'Redrive',
      { security: revokers },
    ),
  },
  '/v1/issuances': auditorsRead(
    'Hand-outs and refusals, newest first; also as JSON lines and CSV, whose cursor is in the header Stepkey-Next-Cursor.',
    'Issuances',
    queryParameters(issuancesQuery),
  ),
  '/v1/issuances/{id}': auditorsRead('One of them.', 'LedgerRecord', [idInPath]),
  '/v1/issuances/{id}/steps': auditorsRead(
    'The steps of the execution that handed out or refused.',
    'SessionSteps',
    [idInPath],
  ),
  '/v1/sessions/{id}': auditorsRead(
    'One set of credentials, without its secrets.',
    'LedgerSession',
    [idInPath],
  ),
  '/v1/sessions/{id}/steps': auditorsRead(
    'The steps of the execution that minted it.',
    'SessionSteps',
    [idInPath],
  ),
  '/v1/subjects/{id}': auditorsRead(
    'A subject: identity, revocation, live sessions, the last hand-outs and refusals.',
    'LedgerSubject',
    [idInPath],
  ),
  '/v1/grants': auditorsRead(
    'Who can get what, by the grants of this deployment: all of it, or what leads to one object.',
    'Reach',
    queryParameters(grantsQuery),
  ),
  '/v1/ledger': auditorsRead('Where each hash chain of the ledger ends.', 'LedgerHeads'),
  '/v1/ledger/{shard}': auditorsRead('Records of one hash chain, to be verified.', 'LedgerPage', [
    { name: 'shard', in: 'path', required: true, schema: text(1) },
    ...queryParameters(chainQuery),
  ]),
  '/v1/health': {
    get: operation('Liveness and version.', 'Health', { security: [] }),
  },
};
