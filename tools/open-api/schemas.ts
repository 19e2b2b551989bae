import * as z from 'zod';
import {
  containerCredentialsAnswer,
  credentialsAnswer,
  decisionAnswer,
  healthAnswer,
  identityAnswer,
  problemAnswer,
} from '../../core/contracts/api-answers.ts';
import {
  credentialsRequest,
  decisionRequest,
  exchangeCredentialsRequest,
  exchangeDecisionRequest,
} from '../../core/contracts/api-requests.ts';
import { batchAnswer, batchReport } from '../../core/contracts/batch-answers.ts';
import { batchRequest } from '../../core/contracts/batch-requests.ts';
import { revocationAnswer, revocationListAnswer } from '../../core/contracts/revocation-answers.ts';
import { revocationRequest } from '../../core/contracts/revocation-requests.ts';
import {
  issuancesAnswer,
  ledgerHeadsAnswer,
  ledgerPageAnswer,
  ledgerRecord,
  ledgerSession,
  ledgerSubject,
  sessionStepsAnswer,
} from '../../core/contracts/ledger-answers.ts';
import { reachAnswer } from '../../core/contracts/reach-answer.ts';
import { redriveAnswer, replayAnswer } from '../../core/contracts/replay-answers.ts';
import { replayRequest } from '../../core/contracts/replay-requests.ts';

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
