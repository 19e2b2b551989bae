/** A template's IAM statement as far as the tests read it. */
interface TemplateStatement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface TemplatePolicy {
  readonly Statement: readonly TemplateStatement[];
}

/** A value with intrinsic functions as one text: `<LogicalName.Attribute>` for references, without CDK's hash. */
export const flatten = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(flatten).join(' ');
  if (typeof value !== 'object' || value === null) return String(value);
  const [name, argument] = Object.entries(value)[0] as [string, unknown];
  if (name === 'Ref') return `<${withoutHash(String(argument))}>`;
  if (name === 'Fn::ImportValue') return `<${withoutHash(String(argument))}>`;
  if (name === 'Fn::GetAtt') {
    const [logicalId, attribute] = argument as [string, string];
    return `<${withoutHash(logicalId)}.${attribute}>`;
  }
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(flatten).join('');
  return JSON.stringify(value);
};

const withoutHash = (logicalId: string) => logicalId.replace(/([0-9A-F]{8})+$/, '');

const listed = (value: unknown): readonly unknown[] => [value].flat();

/** Each statement as `<actions> on <resource> if <key>=<values>`, so that a policy reads as a list. */
export const policyLines = (policy: TemplatePolicy): readonly string[] =>
  policy.Statement.map(({ Effect, Action, Resource, Condition = {} }) =>
    [
      `${Effect === 'Allow' ? '' : `${Effect} `}${listed(Action).join(',')} on ${flatten(Resource)}`,
      ...Object.values(Condition).flatMap((keys) =>
        Object.entries(keys).map(
          ([key, values]) => `${key}=${listed(values).map(flatten).join('|')}`,
        ),
      ),
    ].join(' if '),
  );
