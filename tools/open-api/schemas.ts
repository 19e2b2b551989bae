import * as z from 'zod';
import {
  containerCredentialsAnswer,
  credentialsAnswer,
  credentialsRequest,
  decisionAnswer,
  decisionRequest,
  exchangeCredentialsRequest,
  exchangeDecisionRequest,
  healthAnswer,
  identityAnswer,
  problemAnswer,
} from '../../core/contracts/api.ts';
import { batchAnswer, batchReport, batchRequest } from '../../core/contracts/batches.ts';
import {
  revocationAnswer,
  revocationListAnswer,
  revocationRequest,
} from '../../core/contracts/revocation-api.ts';
import {
  issuancesAnswer,
  ledgerHeadsAnswer,
  ledgerPageAnswer,
  ledgerRecord,
  ledgerSession,
  ledgerSubject,
  reachAnswer,
  sessionStepsAnswer,
} from '../../core/contracts/ledger-api.ts';
import { redriveAnswer, replayAnswer, replayRequest } from '../../core/contracts/replay-api.ts';

export const schemaOf = (schema: z.core.$ZodType): object =>
  z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });

/** By the names that the document has for them. */
export const schemas = {
  CredentialsRequest: credentialsRequest,
  Credentials: credentialsAnswer,
  ContainerCredentials: containerCredentialsAnswer,
  Identity: identityAnswer,
  DecisionRequest: decisionRequest,
  ExchangeCredentialsRequest: exchangeCredentialsRequest,
  ExchangeDecisionRequest: exchangeDecisionRequest,
  Decision: decisionAnswer,
  RevocationRequest: revocationRequest,
  Revocation: revocationAnswer,
  RevocationList: revocationListAnswer,
  BatchRequest: batchRequest,
  Batch: batchAnswer,
  BatchReport: batchReport,
  Health: healthAnswer,
  Issuances: issuancesAnswer,
  LedgerRecord: ledgerRecord,
  LedgerSession: ledgerSession,
  SessionSteps: sessionStepsAnswer,
  LedgerSubject: ledgerSubject,
  Reach: reachAnswer,
  LedgerHeads: ledgerHeadsAnswer,
  LedgerPage: ledgerPageAnswer,
  ReplayRequest: replayRequest,
  Replay: replayAnswer,
  Redrive: redriveAnswer,
  Problem: problemAnswer,
} as const;

export type SchemaName = keyof typeof schemas;

export const refer = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });
