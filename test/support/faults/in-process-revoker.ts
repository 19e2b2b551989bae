/**
 * Revocations in one process: the deployed text of the state machine revoke, its function's own code and adapters on
 * the twin's table, and a policy in memory. Executions can be killed, and calls can fail.
 */
import { readFileSync } from 'node:fs';
import { dynamoCredentialStore } from '../../../adapters/credential-store.ts';
import { dynamoDenialRows } from '../../../adapters/denial-rows.ts';
import { nodeDigest } from '../../../adapters/digest.ts';
import { dynamoRevocationRecords } from '../../../adapters/revocation-records.ts';
import { dynamoRevocationTargets } from '../../../adapters/revocation-targets.ts';
import { dynamoRoleWideCutOff } from '../../../adapters/role-wide-cut-off.ts';
import { dynamoSubjectEntries } from '../../../adapters/subject-entries.ts';
import { dynamoWriterLease } from '../../../adapters/writer-lease.ts';
import { requestRestoration, requestRevocation } from '../../../core/revocations/request.ts';
import type { RevokeInput } from '../../../core/revocations/revocation.ts';
import { denySessions, type DenySessionsInput } from '../../../functions/revoke/deny-sessions.ts';
import { liftDenial } from '../../../functions/revoke/lift-denial.ts';
import { purgeEntries } from '../../../functions/revoke/purge-entries.ts';
import { raiseEpoch } from '../../../functions/revoke/raise-epoch.ts';
import { reconcile } from '../../../functions/revoke/reconcile.ts';
import { restoreTarget } from '../../../functions/revoke/restore-target.ts';
import { execute } from '../../../local/asl/execute.ts';
import { parseDefinition } from '../../../local/asl/parse.ts';
import { decisionContextOf } from '../grants.ts';
import { fakeDenyPolicy } from '../fakes/fake-deny-policy.ts';
import { userPool } from '../tokens.ts';
import { createGate, portFailures } from './gate.ts';
import { inProcessAws, tableName } from './in-process-aws.ts';
import { taskRunner, type Tasks } from './in-process-tasks.ts';
import { virtualTime } from './virtual-time.ts';

export const revokeMachineText = readFileSync(
  new URL('../../../statemachines/revoke.asl.json', import.meta.url),
  'utf8',
);
const longestSessionSeconds = 3600;

const machineOf = (text: string) => {
  const known: Readonly<Record<string, string>> = {
    Partition: 'aws',
    RevokeFunctionArn: 'revoke',
    TableName: tableName,
  };
  const { machine, diagnostics } = parseDefinition(
    text.replace(/\$\{(\w+)\}/g, (whole, name: string) => known[name] ?? whole),
  );
  if (machine === null) throw new TypeError(JSON.stringify(diagnostics));
  return machine;
};

/** @param tellTime told of each new instant, for libraries that ask the system for the time */
export const inProcessRevoker = async (tellTime: (nowEpochMillis: number) => void) => {
  const startEpochMillis = Date.UTC(2026, 10, 21, 12);
  tellTime(startEpochMillis);
  const time = virtualTime(startEpochMillis, tellTime);
  const gate = createGate(time);
  const aws = await inProcessAws(time, gate, true);
  const machine = machineOf(revokeMachineText);
  const policy = fakeDenyPolicy('', time.nowEpochMillis);
  const client = aws.dynamoDbOf('revoke');
  const table = { client, tableName };
  const executions: { readonly name: string; readonly states: string[] }[] = [];
  let killAt: { readonly state: string; readonly when: 'enter' | 'exit' } | null = null;
  let ids = 0;

  const records = dynamoRevocationRecords(table);
  /** Whoever asks, and looks, is not the function whose calls fail. */
  const operatorsTable = { client: aws.dynamoDbOf('operator'), tableName };
  const operatorsRecords = dynamoRevocationRecords(operatorsTable);
  const operatorsStore = dynamoCredentialStore({ ...operatorsTable, timer: time });
  const ports = {
    clock: time,
    timer: time,
    ids: { next: () => `writer-${String((ids += 1))}` },
    digest: nodeDigest,
    targets: dynamoRevocationTargets({ ...table, timer: time }),
    entries: dynamoSubjectEntries(table),
    records,
    store: dynamoCredentialStore({ ...table, timer: time }),
    denials: dynamoDenialRows(table),
    roleWide: dynamoRoleWideCutOff(table),
    lease: dynamoWriterLease({ ...table, clock: time }),
    policy: {
      read: () =>
        gate.pass(
          'revoke GetPolicy',
          policy.policy.read,
          portFailures(() => '', 5000),
        ),
      write: async (text: string) => {
        const call: () => Promise<unknown> = () => policy.policy.write(text);
        await gate.pass(
          'revoke CreatePolicyVersion',
          call,
          portFailures<unknown>(() => null, 5000),
        );
      },
    },
    users: { find: () => Promise.resolve(null) },
    live: {
      listAfter: () => Promise.resolve({ sessions: [], isLast: true }),
      readPlace: () => Promise.resolve(null),
      keepPlace: () => Promise.resolve(),
    },
    machine: {
      start: (input: RevokeInput, name: string) => {
        if (!executions.some((execution) => execution.name === name)) void run(input, name);
        return Promise.resolve();
      },
    },
  };
  const context = {
    longestSessionSeconds,
    userPools: [userPool],
    comparesGroups: true,
    subjectsPerRun: 100,
    grants: decisionContextOf().grants,
  };
  const tasks: Tasks = {
    'raise-epoch': (event: RevokeInput) => raiseEpoch(ports, event),
    'restore-target': (event: RevokeInput) => restoreTarget(ports, event),
    'purge-entries': (event: RevokeInput) => purgeEntries(ports, event),
    'deny-sessions': (event: DenySessionsInput) => denySessions(ports, context, event),
    'lift-denial': (event: RevokeInput) => liftDenial(ports, event),
  };
  const runTask = taskRunner(tasks, (state) => aws.callOfState(state), gate);
  const run = async (input: RevokeInput, name: string): Promise<void> => {
    const states: string[] = [];
    executions.push({ name, states });
    const stop = new AbortController();
    await execute(machine, {
      id: `arn:aws:states:us-east-1:123456789012:execution:revoke:${name}`,
      name,
      roleArn: 'arn:aws:iam::123456789012:role/machine',
      stateMachine: { id: 'arn:aws:states:us-east-1:123456789012:stateMachine:m', name: 'm' },
      input,
      timers: time.timers,
      random: () => 0.5,
      record: () => undefined,
      runTask,
      signal: stop.signal,
      pause: (state, when) => {
        if (when === 'enter') states.push(state);
        if (killAt?.state === state && killAt.when === when) {
          killAt = null;
          stop.abort();
        }
        return Promise.resolve();
      },
    });
  };

  return {
    time,
    gate,
    executions,
    longestSessionSeconds,
    policyText: policy.text,
    /** Kills the next execution that gets there. */
    killAt: (state: string, when: 'enter' | 'exit') => {
      killAt = { state, when };
    },
    isKilled: () => killAt === null,
    revoke: (revocationId: string, subject: string, denies = true) =>
      time.until(
        requestRevocation(
          { ...ports, records: operatorsRecords },
          {
            revocationId,
            target: { kind: 'subject', name: subject },
            reason: 'A test.',
            requestedBy: 'users:oscar',
            requestedByClient: 'operator',
            suspends: true,
            denies,
          },
        ),
      ),
    restore: (revocationId: string) =>
      time.until(
        requestRestoration({ ...ports, records: operatorsRecords }, revocationId, 'users:oscar'),
      ),
    /** One run of the reconciler, as its schedule starts it. */
    reconcile: () => time.until(reconcile(ports, context)),
    recordOf: (revocationId: string) => time.until(operatorsRecords.read(revocationId)),
    /** What the broker reads of a subject before it gives anything. */
    revocationOf: async (subject: string) => {
      const scope = { subject, client: 'app', grant: 'own-files' };
      const { revocation } = await time.until(operatorsStore.read(scope, null));
      return revocation.subject;
    },
    close: () => aws.close(),
  };
};

export type InProcessRevoker = Awaited<ReturnType<typeof inProcessRevoker>>;
