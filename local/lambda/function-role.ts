/** What a function's role lets the Lambda service do for it. */
import { AwsError } from '../aws.ts';
import type { Principal } from '../aws.ts';
import { deniedLine } from '../iam/denied-line.ts';
import { evaluateAccess } from '../iam/evaluate.ts';
import type { FunctionDefinition } from './function-definition.ts';

type PrincipalOfRole = (
  roleArn: string,
  sessionName: string,
  acting: { readonly service: 'lambda.amazonaws.com' },
) => Principal;

export interface FunctionRoles {
  /** @throws AwsError AccessDeniedException when the role does not trust Lambda */
  readonly requireTrust: (definition: FunctionDefinition) => void;
  /** Lambda writes a function's log with the function's own rights: without them, there is none. */
  readonly mayLog: (definition: FunctionDefinition, logStream: string) => boolean;
}

export const createFunctionRoles = (
  principalOfRole: PrincipalOfRole,
  place: { readonly region: string; readonly accountId: string },
  log: (line: string) => void,
): FunctionRoles => {
  /** Said once for each: a function that may not log would be told of with each of its lines. */
  const told = new Set<string>();
  const principalOf = ({ roleArn, name }: FunctionDefinition): Principal | null => {
    try {
      return principalOfRole(roleArn, name, { service: 'lambda.amazonaws.com' });
    } catch (error) {
      if (error instanceof AwsError) return null;
      throw error;
    }
  };
  return {
    requireTrust: (definition) => {
      if (principalOf(definition) !== null) return;
      throw new AwsError(
        'AccessDeniedException',
        'The role defined for the function cannot be assumed by Lambda.',
        { statusCode: 403 },
      );
    },
    mayLog: (definition, logStream) => {
      const principal = principalOf(definition);
      if (principal === null) return false;
      const resource = `arn:aws:logs:${place.region}:${place.accountId}:log-group:${definition.logGroup}:log-stream:${logStream}`;
      for (const action of ['logs:CreateLogStream', 'logs:PutLogEvents']) {
        const verdict = evaluateAccess(principal, { action, resource });
        if (verdict.allowed) continue;
        const line = deniedLine({ action, resource }, principal.arn, verdict);
        if (!told.has(line)) log(line);
        told.add(line);
        return false;
      }
      return true;
    },
  };
};
