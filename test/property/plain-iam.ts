/** IAM's decision written as plainly as can be: everything is read anew, nothing is left out, and the slow way will do. */
import type { Principal } from '../../local/aws.ts';
import type { KeyRecord } from '../../local/iam/condition-keys.ts';
import type { Verdict } from '../../local/iam/evaluate.ts';
import { asList } from '../../local/iam/policy.ts';
import type { AccessRequest, PolicyDocument, PolicyStatement } from '../../local/iam/policy.ts';
import { statementNames } from '../../local/iam/principal-match.ts';

type Met = boolean | 'unresolved';
interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly variables: boolean;
  readonly values: (key: string) => readonly string[] | undefined;
}

const valuesIn =
  (records: readonly KeyRecord[]): Asked['values'] =>
  (key) => {
    const entries = records.flatMap((record) => Object.entries(record));
    const last = entries.findLast(([name]) => name.toLowerCase() === key.toLowerCase());
    const values = asList(last?.[1]);
    return values.length === 0 ? undefined : values;
  };

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');

const parts =
  /\$\{(?<escape>[*?$])\}|\$\{\s*(?<key>[^,'}]*[^,'\s}])\s*(?:,\s*'(?<fallback>[^'}]*)'\s*)?\}|./gsu;

const wildcards: Readonly<Record<string, string>> = { '*': '.*', '?': '.' };

/** A regular expression for each token; null for a variable without a value. */
const tokensOf = (
  source: string,
  { variables, values }: Asked,
  kept = wildcards,
): (string | null)[] =>
  [...source.matchAll(variables ? parts : /./gsu)].map(([token, escape, key, fallback]) => {
    if (escape !== undefined) return literal(escape);
    if (key === undefined) return kept[token] ?? literal(token);
    const found = values(key);
    const value = found?.length === 1 ? found[0] : fallback;
    return value === undefined ? null : `(?:${literal(value)})`;
  });

const meets = (tokens: readonly (string | null)[], value: string): Met =>
  tokens.includes(null) ? 'unresolved' : new RegExp(`^(?:${tokens.join('')})$`, 'su').test(value);

const like = (source: string, value: string, asked: Asked): Met =>
  meets(tokensOf(source, asked), value);

const arnLike = (source: string, value: string, asked: Asked): Met => {
  const cuts = value.split(':');
  if (source === '*' || cuts.length < 6) return source === '*' || like(source, value, asked);
  const fields: (string | null)[][] = [[]];
  for (const token of tokensOf(source, asked))
    if (token === ':' && fields.length < 6) fields.push([]);
    else fields.at(-1)?.push(token);
  const met = fields.map((field, at) =>
    meets(field, at === 5 ? cuts.slice(5).join(':') : (cuts[at] ?? '')),
  );
  return met.includes(false) ? false : met.includes('unresolved') ? 'unresolved' : true;
};

/** Wildcards are text here, variables are not. */
const equals = (source: string, value: string, asked: Asked): Met =>
  meets(tokensOf(source, asked, {}), value);

/** No number compares with what is none. */
const numberOf = (text: string): number =>
  /^[+-]?\d+(?:\.\d+)?$/u.test(text) ? Number(text) : Number.NaN;

const operators: Readonly<Record<string, (source: string, value: string, asked: Asked) => Met>> = {
  StringEquals: equals,
  StringLike: like,
  ArnLike: arnLike,
  NumericLessThan: (source, value) => numberOf(value) < numberOf(source),
  Bool: (source, value) => source.toLowerCase() === value.toLowerCase(),
};

const passes = (results: readonly Met[], negated: boolean, effect: string): boolean => {
  if (!negated) return results.includes(true);
  return !results.includes(true) && !(effect === 'Allow' && results.includes('unresolved'));
};

const conditionHolds = (
  name: string,
  key: string,
  expected: readonly string[],
  asked: Asked,
  effect: string,
): boolean => {
  const [, quantifier, full = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/u.exec(name) ?? [];
  const base = full.replace('Not', '');
  const values = asked.values(key);
  if (base === 'Null')
    return expected.some((one) => (one.toLowerCase() === 'true') === (values === undefined));
  const operator = operators[base];
  if (operator === undefined) return effect === 'Deny';
  const negated = base !== full;
  if (values === undefined)
    return (
      ifExists !== undefined ||
      quantifier === 'ForAllValues' ||
      (negated && quantifier !== 'ForAnyValue')
    );
  const results = values.map((value) =>
    passes(
      expected.map((one) => operator(one, value, asked)),
      negated,
      effect,
    ),
  );
  const every = quantifier === 'ForAllValues' || (quantifier === undefined && negated);
  return every ? !results.includes(false) : results.includes(true);
};

const applies = (statement: PolicyStatement, asked: Asked, ownPolicy: boolean): boolean => {
  const { Effect, Action, NotAction, Resource, NotResource, Condition } = statement;
  const element = (
    wanted: typeof Action,
    unwanted: typeof Action,
    met: (source: string) => Met,
  ): boolean =>
    wanted === undefined
      ? unwanted !== undefined && passes(asList(unwanted).map(met), true, Effect)
      : passes(asList(wanted).map(met), false, Effect);
  const plain: Asked = { ...asked, variables: false };
  const named = Resource !== undefined || NotResource !== undefined;
  return (
    element(Action, NotAction, (one) =>
      like(one.toLowerCase(), asked.action.toLowerCase(), plain),
    ) &&
    ((ownPolicy && !named) ||
      element(Resource, NotResource, (one) => arnLike(one, asked.resource, asked))) &&
    Object.entries(Condition ?? {}).every(([name, tests]) =>
      Object.entries(tests).every(([key, expected]) =>
        conditionHolds(name, key, asList(expected).map(String), asked, Effect),
      ),
    )
  );
};

export const plainVerdict = (
  principal: Principal,
  request: AccessRequest,
  extraKeys: KeyRecord,
): Verdict => {
  const { action, resource, conditionKeys = {}, resourcePolicy } = request;
  const values = valuesIn([extraKeys, conditionKeys, principal.conditionKeys]);
  // A trust policy names no resource, and one that does names none that is there.
  const found = (documents: readonly PolicyDocument[], kind: string, isTrust = false) =>
    documents.flatMap(({ Version, Statement }, policyIndex) =>
      asList(Statement).flatMap((statement, index) => {
        const variables = Version === '2012-10-17';
        const asked = { action, resource: isTrust ? '' : resource, values, variables };
        if (!applies(statement, asked, isTrust)) return [];
        const which = documents.length === 1 ? kind : `${kind} ${String(policyIndex + 1)}`;
        const name = statement.Sid === undefined ? `#${String(index + 1)}` : `"${statement.Sid}"`;
        return [{ statement, label: `statement ${name} of the ${which}` }];
      }),
    );
  const own = resourcePolicy === undefined ? [] : [resourcePolicy];
  const boundary = principal.permissionsBoundary === null ? [] : [principal.permissionsBoundary];
  const roleArn = principal.conditionKeys['aws:PrincipalArn'];
  const named = {
    arn: principal.arn,
    roleArn: typeof roleArn === 'string' ? roleArn : null,
    accountId: principal.accountId,
    service: null,
    federated: null,
  };
  const ofOwn = found(own, 'resource policy', action.startsWith('sts:')).map((finding) => ({
    ...finding,
    closeness: statementNames(finding.statement, named),
  }));
  const kinds = {
    'an identity-based policy': found(principal.identityPolicies, 'identity policy'),
    'a permissions boundary': found(boundary, 'permissions boundary'),
    'a session policy': found(principal.sessionPolicies, 'session policy'),
    'a resource-based policy': ofOwn.filter(({ closeness }) => closeness !== null),
  };
  const first = (kind: keyof typeof kinds, effect: string): string | undefined =>
    kinds[kind].find(({ statement }) => statement.Effect === effect)?.label;
  const opens = (closeness: string): string | undefined =>
    ofOwn.find((one) => one.closeness === closeness && one.statement.Effect === 'Allow')?.label;
  const missing = (kind: string): Verdict => ({
    allowed: false,
    reason: `no ${kind} allows ${action}`,
    refusal: `because no ${kind} allows the ${action} action`,
  });
  const allowed = (label: string): Verdict => ({
    allowed: true,
    reason: `allowed by ${label}`,
    refusal: '',
  });

  for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const deny = first(kind, 'Deny');
    if (deny !== undefined)
      return {
        allowed: false,
        reason: `denied by ${deny}`,
        refusal: `with an explicit deny in ${kind}`,
      };
  }
  const exact = opens('exact');
  if (exact !== undefined) return allowed(exact);
  const identity = first('an identity-based policy', 'Allow');
  const counts =
    own.length === 0 || !/^(?:kms|sts):/u.test(action) || opens('account') !== undefined;
  const base = opens('role') ?? opens('everyone') ?? (counts ? identity : undefined);
  if (base === undefined)
    return missing(identity === undefined ? 'identity-based policy' : 'resource-based policy');
  if (boundary.length > 0 && first('a permissions boundary', 'Allow') === undefined)
    return missing('permissions boundary');
  if (principal.sessionPolicies.length > 0 && first('a session policy', 'Allow') === undefined)
    return missing('session policy');
  return allowed(base);
};
