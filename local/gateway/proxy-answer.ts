/** Reads what a function answered to the proxy integration. */
import * as z from 'zod';
import type { GatewayAnswer } from './gateway-answer.ts';

const headerText = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const proxyAnswer = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), headerText).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerText)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** Names that API Gateway keeps for itself: it sends a function's value under another name. */
const remapped = new Set([
  'authorization',
  'content-md5',
  'date',
  'expect',
  'host',
  'server',
  'user-agent',
  'www-authenticate',
]);
const dropped = new Set(['connection', 'content-length', 'transfer-encoding', 'te', 'upgrade']);

const passOn = ([name, value]: readonly [string, string]): readonly [string, string][] => {
  const lower = name.toLowerCase();
  if (dropped.has(lower)) return [];
  return [[remapped.has(lower) ? `x-amzn-Remapped-${name}` : name, value]];
};

/** Null where it is no answer: a wrong shape, or a failed invocation. */
export const readProxyAnswer = (payload: string): GatewayAnswer | null => {
  const read = proxyAnswer.safeParse(JSON.parse(payload));
  if (!read.success) return null;
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = read.data;
  const multi = Object.entries(multiValueHeaders ?? {});
  const several = new Set(multi.map(([name]) => name.toLowerCase()));
  const given = [
    ...multi.flatMap(([name, values]) => values.map((value) => [name, value] as const)),
    ...Object.entries(headers ?? {}).filter(([name]) => !several.has(name.toLowerCase())),
  ].flatMap(passOn);
  return {
    status: statusCode,
    headers: given.some(([name]) => name.toLowerCase() === 'content-type')
      ? given
      : [...given, ['Content-Type', 'application/json']],
    body: isBase64Encoded === true ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
    integrationStatus: 200,
  };
};
