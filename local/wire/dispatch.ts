/** The one door to the twin's services: every call is authorized here, whatever wire it came by. */
import type { Clock } from '../../core/ports.ts';
import { AwsError } from '../aws.ts';
import type { AwsCall, CallContext, Interceptor, Operation, Principal, Service } from '../aws.ts';
import type { KeyRecord } from '../iam/condition-keys.ts';
import { deniedLine } from '../iam/denied-line.ts';
import { evaluateAccess } from '../iam/evaluate.ts';
import type { AccessRequest, PolicyDocument } from '../iam/policy.ts';
import { twinRegion } from '../identity.ts';

const notEmulated = (service: string, operation: string): AwsError =>
  new AwsError('NotImplemented', `${service}:${operation} is not emulated.`, { statusCode: 501 });

/** Services that answer 403 and `AccessDenied`, or 403 and the usual name; the JSON protocols answer 400. */
const deniedCode = (service: string): readonly [code: string, statusCode: number] => {
  if (['s3', 'sts', 'iam'].includes(service)) return ['AccessDenied', 403];
  return ['AccessDeniedException', service === 'lambda' ? 403 : 400];
};

const unsignedCall = (service: string): AwsError =>
  new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token', {
    wireCode: 'MissingAuthenticationToken',
    statusCode: ['sts', 'iam', 'lambda'].includes(service) ? 403 : 400,
  });

const accessDenied = (
  service: string,
  principal: Principal,
  request: AccessRequest,
  refusal: string,
): AwsError => {
  const [code, statusCode] = deniedCode(service);
  if (principal.kind === 'anonymous') return new AwsError(code, 'Access Denied', { statusCode });
  const resource = service === 's3' ? `"${request.resource}"` : request.resource;
  return new AwsError(
    code,
    `User: ${principal.arn} is not authorized to perform: ${request.action} on resource: ${resource} ${refusal}`,
    { statusCode },
  );
};

const connectionKeys = (
  service: string,
  { principal, sourceIp }: CallContext,
  nowEpochMillis: number,
): KeyRecord => ({
  'aws:SourceIp': sourceIp,
  'aws:CurrentTime': new Date(nowEpochMillis).toISOString(),
  'aws:EpochTime': String(Math.floor(nowEpochMillis / 1000)),
  'aws:RequestedRegion': twinRegion,
  // The loopback stands for AWS's TLS: policies that demand it are meant for the network.
  'aws:SecureTransport': 'true',
  'aws:ViaAWSService': 'false',
  'aws:PrincipalIsAWSService': String(principal.kind === 'aws-service'),
  ...(principal.kind === 'anonymous'
    ? {}
    : {
        'aws:PrincipalArn': principal.arn,
        'aws:PrincipalAccount': principal.accountId,
        'aws:userid': principal.userId,
        ...(service === 'kms' ? { 'kms:CallerAccount': principal.accountId } : {}),
      }),
});

export const createAwsCall = (
  services: readonly Service[],
  options: {
    readonly log: (line: string) => void;
    readonly interceptor?: Interceptor;
    readonly afterCall?: Interceptor;
    readonly clock?: Clock;
    /** The policy of a resource whose service is not the one that is called, such as a table's key. */
    readonly policyOf?: (resource: string) => PolicyDocument | undefined;
  },
): AwsCall => {
  const operations = new Map<string, Operation>();
  for (const service of services)
    for (const [name, operation] of Object.entries(service.operations))
      operations.set(`${service.name}:${name}`, operation);
  const clock = options.clock ?? { nowEpochMillis: () => Date.now() };

  const authorize = (
    service: string,
    operation: Operation,
    input: Record<string, unknown>,
    context: CallContext,
  ): void => {
    const { principal } = context;
    if (operation.authorize === 'unsigned') return;
    // Only S3 has resources that their own policy may open to everyone.
    if (principal.kind === 'anonymous' && service !== 's3') throw unsignedCall(service);
    if (operation.authorize === 'any-principal') {
      if (principal.kind === 'anonymous') throw unsignedCall(service);
      return;
    }
    const keys = connectionKeys(service, context, clock.nowEpochMillis());
    for (const request of operation.authorize(input)) {
      const own = request.resourcePolicy ?? options.policyOf?.(request.resource);
      const verdict = evaluateAccess(
        principal,
        own === undefined ? request : { ...request, resourcePolicy: own },
        keys,
      );
      if (verdict.allowed) continue;
      options.log(`${deniedLine(request, principal.arn, verdict)} (request ${context.requestId})`);
      throw accessDenied(service, principal, request, verdict.refusal);
    }
  };

  return async (service, operationName, input, context) => {
    const operation = operations.get(`${service}:${operationName}`);
    if (operation === undefined) throw notEmulated(service, operationName);
    authorize(service, operation, input, context);
    const seen = { service, operation: operationName, input, principal: context.principal };
    await options.interceptor?.(seen);
    const answer = await operation.run(input, context);
    await options.afterCall?.(seen);
    return answer;
  };
};
