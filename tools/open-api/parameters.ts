import type * as z from 'zod';
import { subjectName } from '../../core/contracts/api-requests.ts';
import { batchId } from '../../core/contracts/batch-requests.ts';
import { schemaOf } from './schemas.ts';

export const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Makes a repeated request the same request: 1–255 visible ASCII characters.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};
export const revocationId = {
  name: 'revocationId',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[0-9a-f-]{36}$' },
};

export const batchParameter = { name: 'id', in: 'path', required: true, schema: schemaOf(batchId) };

/** Each parameter of a query, as its schema has it before it is read. */
export const queryParameters = (schema: z.core.$ZodObject): readonly object[] =>
  Object.entries((schemaOf(schema) as { properties: Record<string, object> }).properties).map(
    ([name, parameter]) => ({ name, in: 'query', required: false, schema: parameter }),
  );

export const text = (minLength: number) => ({ type: 'string', minLength });

export const containerParameters = [
  { name: 'grant', in: 'path', required: true, schema: text(1) },
  { name: 'roleArn', in: 'query', required: false, schema: text(20) },
];
export const subjectParameter = {
  name: 'subject',
  in: 'query',
  required: false,
  schema: schemaOf(subjectName),
};

export const idInPath = { name: 'id', in: 'path', required: true, schema: text(1) };
