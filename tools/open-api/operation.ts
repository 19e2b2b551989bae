import { errorCatalogue } from '../../core/errors.ts';
import { problemMediaType } from '../../core/problem.ts';
import { refer, type SchemaName } from './schemas.ts';

/** One response per status of the catalogue, naming every error that it may stand for. */
const problems = Object.fromEntries(
  [...new Set(Object.values(errorCatalogue).map(({ status }) => status))].sort().map((status) => [
    String(status),
    {
      description: Object.entries(errorCatalogue)
        .filter(([, problem]) => problem.status === status)
        .map(([name]) => name)
        .join(', '),
      content: { [problemMediaType]: { schema: refer('Problem') } },
    },
  ]),
);

export const operation = (
  summary: string,
  answer: SchemaName,
  options: {
    readonly body?: SchemaName;
    readonly parameters?: readonly object[];
    readonly security?: readonly object[];
    /** Of the answer; 200 where none is given. */
    readonly status?: 202;
    readonly others?: object;
  } = {},
) => ({
  summary,
  security: options.security ?? [{ idToken: [] }],
  ...(options.parameters ? { parameters: options.parameters } : {}),
  ...(options.body
    ? {
        requestBody: {
          required: false,
          content: { 'application/json': { schema: refer(options.body) } },
        },
      }
    : {}),
  responses: {
    [String(options.status ?? 200)]: {
      description: options.status === 202 ? 'Under way; `Location` says where.' : 'As asked.',
      content: { 'application/json': { schema: refer(answer) } },
    },
    ...options.others,
    ...problems,
  },
});
