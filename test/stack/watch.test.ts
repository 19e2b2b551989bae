import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { alarmNames } from '../../core/metrics/alarm-names.ts';
import { metricList } from '../../core/metrics/metric-list.ts';
import { repository, synthesizeStepkey } from './stepkey-templates.ts';

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: unknown;
  readonly OKActions?: unknown;
}

const topic = 'arn:aws:sns:us-east-1:123456789012:duty';
const { audit, broker } = synthesizeStepkey();
const told = synthesizeStepkey({
  'stepkey:deploymentName': 'other',
  'stepkey:alarmTopicArn': topic,
  'stepkey:runbookUrl': 'https://example.com/runbook.md',
}).audit;
const alarmsOf = (template: typeof audit): readonly AlarmProperties[] =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
    (resource) => resource['Properties'] as AlarmProperties,
  );
/** Namespace and name of every metric that some member of the template reads. */
const watchedBy = (template: typeof audit, namespace: string): ReadonlySet<string> =>
  new Set(
    [
      ...JSON.stringify(template.toJSON())
        .replaceAll('\\', '')
        .matchAll(
          new RegExp(
            `"Namespace":"${namespace}","MetricName":"(\\w+)"|"MetricName":"(\\w+)","Namespace":"${namespace}"`,
            'g',
          ),
        ),
    ].map((match) => match[1] ?? match[2] ?? ''),
  );
const dashboard = JSON.stringify(
  Object.values(audit.findResources('AWS::CloudWatch::Dashboard')).map(
    (resource) => (resource['Properties'] as { DashboardBody: unknown }).DashboardBody,
  ),
);

describe('the alarms', () => {
  const runbook = readFileSync(join(repository, 'docs/runbook.md'), 'utf8');
  const articles = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title ?? '');
  const articleOf = (title: string): string =>
    runbook.slice(runbook.indexOf(`## ${title}\n`)).split(/\n## /)[0] ?? '';

  it('are those of the list, and each has an article, and each article an alarm', () => {
    const names = alarmsOf(audit).map(({ AlarmName }) => AlarmName.replace('stepkey-', ''));
    expect([...names].sort()).toEqual([...alarmNames].sort());
    expect([...articles].sort()).toEqual([...names].sort());
  });

  it.each(alarmNames)('%s links to its article', (name) => {
    const alarm = alarmsOf(audit).find(({ AlarmName }) => AlarmName === `stepkey-${name}`);
    expect(alarm?.AlarmDescription).toMatch(/^[A-Z].+\. What to do: /);
    expect(alarm?.AlarmDescription.endsWith(`docs/runbook.md#${name}`)).toBe(true);
  });

  it.each(alarmNames)('%s is explained: what it means, how to mend it, when it is over', (name) => {
    const article = articleOf(name);
    for (const part of ['What it means', 'What to look at', 'ow to mend', 'Over when']) {
      expect(article).toContain(part);
    }
  });

  it('the articles refer to each other by names that are there', () => {
    const links = [...runbook.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor ?? '');
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(articles).toContain(link);
  });

  it('ring nowhere by default, and where the deployment says so, at both ends', () => {
    for (const alarm of alarmsOf(audit)) expect(alarm.AlarmActions).toBeUndefined();
    expect(alarmsOf(told)).toHaveLength(alarmNames.length);
    for (const alarm of alarmsOf(told)) {
      expect([alarm.AlarmActions, alarm.OKActions]).toEqual([[topic], [topic]]);
      expect(alarm.AlarmName).toMatch(/^other-/);
      expect(alarm.AlarmDescription).toContain('https://example.com/runbook.md#');
    }
  });

  it('ring for the budget at 80 % of what a minute has', () => {
    audit.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'DeveloperIdentityCalls',
      Statistic: 'Sum',
      Period: 60,
      Threshold: 2400,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  it('do not ring for want of data', () => {
    audit.allResourcesProperties('AWS::CloudWatch::Alarm', { TreatMissingData: 'notBreaching' });
  });
});

describe('every metric of the list', () => {
  it.each(Object.keys(metricList))('%s is on the dashboard', (name) => {
    expect(dashboard).toMatch(new RegExp(`${name}[^A-Za-z]`));
    expect(dashboard).toContain('Stepkey/stepkey');
  });

  it('is watched by an alarm', () => {
    expect([...watchedBy(audit, 'Stepkey/stepkey')].sort()).toEqual(Object.keys(metricList).sort());
  });

  it('that comes from a log is counted in the log of issue-credentials', () => {
    const counted = Object.values(broker.findResources('AWS::Logs::MetricFilter')).map(
      (resource) =>
        resource['Properties'] as {
          MetricTransformations: readonly Record<string, unknown>[];
          FilterPattern: string;
        },
    );
    expect(
      counted.map(({ MetricTransformations }) => MetricTransformations[0]?.['MetricName']).sort(),
    ).toEqual(
      Object.entries(metricList)
        .flatMap(([name, { from }]) => (from === 'execution-log' ? [name] : []))
        .sort(),
    );
    for (const { MetricTransformations } of counted) {
      expect(MetricTransformations).toEqual([
        {
          MetricName: expect.any(String),
          MetricNamespace: 'Stepkey/stepkey',
          MetricValue: '1',
        },
      ]);
    }
  });
});

describe('[SEC-51] traces', () => {
  it('are made of every function, machine and request', () => {
    broker.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
    broker.allResourcesProperties('AWS::StepFunctions::StateMachine', {
      TracingConfiguration: { Enabled: true },
    });
    broker.hasResourceProperties('AWS::ApiGateway::Stage', { TracingEnabled: true });
  });

  it('hold what AWS notes by itself: no code of ours writes an annotation', () => {
    const lock = readFileSync(join(repository, 'package.json'), 'utf8');
    expect(lock).not.toMatch(/xray|lambda-powertools\/tracer|opentelemetry/);
  });
});

describe('a new version of a state machine', () => {
  interface Alias {
    readonly Name: string;
    readonly DeploymentPreference: {
      readonly Type: string;
      readonly Percentage?: number;
      readonly Interval?: number;
      readonly Alarms: readonly string[];
      readonly StateMachineVersionArn: { readonly Ref: string };
    };
  }
  const aliasesOf = (template: typeof broker): readonly Alias[] =>
    Object.values(template.findResources('AWS::StepFunctions::StateMachineAlias')).map(
      (resource) => resource['Properties'] as Alias,
    );
  const machines = Object.keys(broker.findResources('AWS::StepFunctions::StateMachine'));
  const versions = broker.findResources('AWS::StepFunctions::StateMachineVersion') as Record<
    string,
    {
      readonly UpdateReplacePolicy?: string;
      readonly Properties: {
        readonly StateMachineArn: { readonly Ref: string };
        readonly StateMachineRevisionId: { readonly 'Fn::GetAtt': readonly string[] };
      };
    }
  >;

  it('is made by every change of the machine, and the one before is kept', () => {
    const of = Object.values(versions).map(({ Properties }) => Properties.StateMachineArn.Ref);
    expect([...of].sort()).toEqual([...machines].sort());
    for (const { UpdateReplacePolicy, Properties } of Object.values(versions)) {
      expect(UpdateReplacePolicy).toBe('Retain');
      expect(Properties.StateMachineRevisionId['Fn::GetAtt']).toEqual([
        Properties.StateMachineArn.Ref,
        'StateMachineRevisionId',
      ]);
    }
  });

  it('has a tenth of the executions first, and is taken back by alarms that are there', () => {
    const alarms = alarmsOf(audit).map(({ AlarmName }) => AlarmName);
    expect(aliasesOf(broker)).toHaveLength(machines.length);
    for (const { Name, DeploymentPreference: preference } of aliasesOf(broker)) {
      expect(Name).toBe('live');
      expect(preference).toMatchObject({ Type: 'CANARY', Percentage: 10, Interval: 15 });
      expect(Object.keys(versions)).toContain(preference.StateMachineVersionArn.Ref);
      expect(preference.Alarms.length).toBeGreaterThan(0);
      for (const name of preference.Alarms) expect(alarms).toContain(name);
    }
  });

  it('has all of them at once where the deployment says so', () => {
    const { broker: hasty } = synthesizeStepkey({ 'stepkey:machineTrialMinutes': 0 });
    for (const { DeploymentPreference: preference } of aliasesOf(hasty)) {
      expect(preference).toMatchObject({ Type: 'ALL_AT_ONCE' });
      expect(preference).not.toHaveProperty('Percentage');
    }
  });

  it('is what callers start: no function and no machine is told of a machine but by the alias', () => {
    const text = JSON.stringify([
      Object.values(broker.findResources('AWS::Lambda::Function')).map(
        (resource) => (resource['Properties'] as { Environment: unknown }).Environment,
      ),
      Object.values(broker.findResources('AWS::StepFunctions::StateMachine')).map(
        (resource) =>
          (resource['Properties'] as { DefinitionSubstitutions: unknown }).DefinitionSubstitutions,
      ),
    ]);
    // What names a machine itself goes on to its alias.
    for (const machine of machines) {
      expect(text.replaceAll(`{"Ref":"${machine}"},":live"`, '')).not.toContain(machine);
    }
    const named = [...text.matchAll(/:stateMachine:stepkey-[a-z-]+(.{6})/g)].map(([, end]) => end);
    expect(named.length).toBeGreaterThan(1);
    expect(new Set(named)).toEqual(new Set([':live"']));
  });
});
