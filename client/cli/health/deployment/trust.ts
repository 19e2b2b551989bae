/** A role's trust policy, as IAM writes it, and what of it is not as the deployment made it. */
import type { Deployed } from './deployed.ts';

interface Statement {
  readonly Effect: string;
  /** Kind → principals. */
  readonly Principal: Readonly<Record<string, readonly string[]>> | null;
  readonly Action: readonly string[];
  /** `operator key` → values, both in lower case. */
  readonly conditions: ReadonlyMap<string, readonly string[]>;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textsOf = (value: unknown): readonly string[] =>
  [value].flat().filter((each): each is string => typeof each === 'string');

const principalOf = (value: unknown): Statement['Principal'] => {
  if (value === '*') return { '*': ['*'] };
  if (!isObject(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([kind, each]) => [kind, textsOf(each)]));
};

const statementOf = (value: Fields): Statement => ({
  Effect: String(value['Effect']),
  Principal: principalOf(value['Principal']),
  Action: textsOf(value['Action']),
  conditions: new Map(
    Object.entries(isObject(value['Condition']) ? value['Condition'] : {}).flatMap(
      ([operator, tests]) =>
        Object.entries(isObject(tests) ? tests : {}).map(
          ([key, values]): [string, readonly string[]] => [
            `${operator} ${key}`.toLowerCase(),
            textsOf(values),
          ],
        ),
    ),
  ),
});

/** Of a document in IAM's encoding; empty where there is none or it cannot be read. */
export const statementsOf = (encoded: string | undefined): readonly Statement[] => {
  try {
    const document: unknown = JSON.parse(decodeURIComponent(encoded ?? ''));
    const statements = isObject(document) ? [document['Statement']].flat() : [];
    return statements.filter(isObject).map(statementOf);
  } catch {
    return [];
  }
};

const provider = 'cognito-identity.amazonaws.com';
const needed = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'];

const holds = (statement: Statement, test: string, value: string): boolean => {
  const values = statement.conditions.get(test.toLowerCase());
  return values?.length === 1 && values[0] === value;
};

/** The role is named after its grant, and behind it after the role's key where the grant has several. */
const isGrantOf = (statement: Statement, roleName: string, deployment: string): boolean => {
  const grants = statement.conditions.get('stringequals aws:requesttag/stepkey-grant') ?? [];
  const ofGrant = `${deployment}-${grants[0] ?? ''}`;
  return grants.length === 1 && (roleName === ofGrant || roleName.startsWith(`${ofGrant}-`));
};

const isOfBroker = (
  statement: Statement,
  roleName: string,
  { name, identityPoolId, developerProvider }: Deployed,
): boolean =>
  JSON.stringify(statement.Principal) === JSON.stringify({ Federated: [provider] }) &&
  needed.every((action) => statement.Action.includes(action)) &&
  statement.Action.length === needed.length &&
  holds(statement, `StringEquals ${provider}:aud`, identityPoolId) &&
  holds(statement, `ForAnyValue:StringLike ${provider}:amr`, developerProvider) &&
  isGrantOf(statement, roleName, name);

/** Null where the trust is the broker's and nothing else's. */
export const trustFaultOf = (
  role: { readonly RoleName?: string; readonly AssumeRolePolicyDocument?: string },
  deployed: Deployed,
): string | null => {
  const { RoleName = '', AssumeRolePolicyDocument } = role;
  const allowing = statementsOf(AssumeRolePolicyDocument).filter(
    ({ Effect }) => Effect === 'Allow',
  );
  const others = allowing.filter((statement) => !isOfBroker(statement, RoleName, deployed));
  if (others.length > 0) {
    return allowing.length === 1
      ? 'does not trust this identity pool, developer provider and its one grant'
      : 'trusts more than the broker';
  }
  return allowing.length === 0 ? 'trusts nobody' : null;
};
