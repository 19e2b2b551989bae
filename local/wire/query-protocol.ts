/** AWS's query protocol, as STS and IAM speak it: a form in, XML out. */
import { AwsError } from '../aws.ts';
import { parseForm } from './received-request.ts';
import type { ReceivedRequest } from './received-request.ts';
import type { WireAnswer, WireCall } from './wire-answer.ts';
import { element, withNamespace } from './xml.ts';

const services = {
  sts: { version: '2011-06-15', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
  iam: { version: '2010-05-08', namespace: 'https://iam.amazonaws.com/doc/2010-05-08/' },
} as const;

export type QueryService = keyof typeof services;

export const isQueryService = (name: string): name is QueryService => Object.hasOwn(services, name);

const deepestPath = 8;
const longestList = 100;

type Tree = Map<string, Tree | string>;

const malformed = (): AwsError => new AwsError('MalformedQueryString', 'The form is malformed.');

/** Puts `PolicyArns.member.1.arn` where it belongs. */
const place = (tree: Tree, path: readonly string[], value: string): void => {
  const [name = '', ...rest] = path;
  if (!/^\w{1,128}$/u.test(name)) throw malformed();
  if (rest.length === 0) {
    if (tree.has(name)) throw malformed();
    tree.set(name, value);
    return;
  }
  const inner = tree.get(name) ?? new Map<string, Tree | string>();
  if (typeof inner === 'string') throw malformed();
  tree.set(name, inner);
  place(inner, rest, value);
};

const listOf = (members: Tree): unknown[] => {
  const indexes = [...members.keys()];
  if (indexes.length > longestList || !indexes.every((index) => /^[1-9]\d{0,4}$/u.test(index)))
    throw malformed();
  return indexes
    .sort((left, right) => Number(left) - Number(right))
    .map((index) => valueOf(members.get(index) ?? ''));
};

const valueOf = (node: Tree | string): unknown => {
  if (typeof node === 'string') return node;
  const members = node.get('member');
  if (members instanceof Map && node.size === 1) return listOf(members);
  return Object.fromEntries([...node].map(([name, inner]) => [name, valueOf(inner)]));
};

const fieldsOf = (request: ReceivedRequest): ReturnType<typeof parseForm> =>
  request.method === 'POST' ? parseForm(request.body.toString('utf8')) : request.query;

/** What a form asks for, of whatever service; null where it says nothing that can be repeated. */
export const actionOf = (request: ReceivedRequest): string | null => {
  const action = fieldsOf(request)?.find(([name]) => name === 'Action')?.[1] ?? '';
  return /^[A-Za-z0-9]{1,64}$/u.test(action) ? action : null;
};

/** @throws AwsError InvalidAction, MalformedQueryString */
export const parseQueryCall = (
  request: ReceivedRequest,
  service: QueryService = 'sts',
): WireCall => {
  const form = fieldsOf(request);
  const fields = new Map(form?.filter(([name]) => !name.startsWith('X-Amz-')) ?? []);
  if (form === null) throw malformed();
  const operation = fields.get('Action') ?? '';
  const isKnownVersion = fields.get('Version') === services[service].version;
  if (!/^[A-Za-z]{1,64}$/u.test(operation) || !isKnownVersion)
    throw new AwsError('InvalidAction', 'Could not find operation for the given version.');
  const tree: Tree = new Map();
  for (const [name, value] of fields) {
    if (name === 'Action' || name === 'Version') continue;
    const path = name.split('.');
    if (path.length > deepestPath) throw malformed();
    place(tree, path, value);
  }
  return { service, operation, input: valueOf(tree) as Record<string, unknown> };
};

const answer = (status: number, xml: string, service: QueryService): WireAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: withNamespace(xml, services[service].namespace),
});

export const renderQueryResult = (
  result: Record<string, unknown>,
  operation: string,
  requestId: string,
  service: QueryService = 'sts',
): WireAnswer => {
  const isEmpty = Object.keys(result).length === 0;
  const document = {
    [`${operation}Result`]: isEmpty ? undefined : result,
    ResponseMetadata: { RequestId: requestId },
  };
  return answer(200, element(`${operation}Response`, document, 'member'), service);
};

export const renderQueryError = (
  error: AwsError,
  requestId: string,
  service: QueryService = 'sts',
): WireAnswer => {
  const document = {
    Error: {
      Type: error.statusCode < 500 ? 'Sender' : 'Receiver',
      Code: error.wireCode,
      Message: error.message,
    },
    RequestId: requestId,
  };
  return answer(error.statusCode, element('ErrorResponse', document, 'member'), service);
};
