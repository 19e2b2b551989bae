/**
 * issue-credentials as deployed: its own text, run by the interpreter that the twin runs it with, over a table in memory.
 * Only the contents of the ledger's rows are left out, which nothing in it reads.
 */
import { readFileSync } from 'node:fs';
import { nodeDigest } from '../../adapters/digest.ts';
import type { Caller } from '../../core/contracts/caller.ts';
import type { IssueInput, IssueOutcome } from '../../core/contracts/issue.ts';
import { isErrorName, StepkeyError } from '../../core/errors.ts';
import type { CredentialIssuer, IssueMachine, OpenIdTokenSource } from '../../core/ports.ts';
import type { FrontContext } from '../../functions/api/front.ts';
import { mapRole, type MapRoleInput } from '../../functions/decide/map-role.ts';
import {
  assumeMappedRole,
  type AssumeMappedRoleInput,
} from '../../functions/exchange/assume-mapped-role.ts';
import {
  obtainOpenIdToken,
  type ObtainOpenIdTokenInput,
} from '../../functions/exchange/obtain-open-id-token.ts';
import type { Machine } from '../../local/asl/definition.ts';
import { AslError } from '../../local/asl/errors.ts';
import { execute } from '../../local/asl/execute.ts';
import type { TaskRequest } from '../../local/asl/execution.ts';
import type { HistoryEvent } from '../../local/asl/history.ts';
import { parseDefinition } from '../../local/asl/parse.ts';
import type { Chance } from './chance.ts';
import type { Kernel } from './kernel.ts';
import { latencyOf, type Service } from './latencies.ts';
import { openSealer } from './open-sealer.ts';
import type { SimulatedTable } from './table.ts';

export interface Budget {
  /** Developer-identity calls in a second. */
  readonly callsPerSecond: number;
}

/** What the machine tells the simulation. */
export interface MachineWitness {
  readonly execution: () => void;
  /** GetOpenIdTokenForDeveloperIdentity arrives at the identity pool. */
  readonly identityPoolCall: (epochSecond: number) => void;
  readonly minted: (atEpochMillis: number) => void;
  /** How an execution without a session ended. */
  readonly ended: (as: string) => void;
}

const location = 'arn:aws:states:us-east-1:123456789012';
const ledgerStates =
  /^(RecordIntent|RecordSession|RecordIssuance|RecordFailure|RecordDenial|WithdrawSession)$/;

const substitutionsOf = ({ callsPerSecond }: Budget): Readonly<Record<string, string>> => ({
  Partition: 'aws',
  TableName: 'table',
  DecideFunctionArn: 'decide',
  IdentityFunctionArn: 'identity',
  ExchangeFunctionArn: 'exchange',
  IdentityMode: 'linked',
  DeveloperIdentityCallsPerSecond: String(callsPerSecond),
  BatchCallsPerSecond: String(callsPerSecond),
  ClientShares: '{}',
  // Wider than any quota that is asked about here.
  StsCallsPerSecond: '1000000',
  KmsCallsPerSecond: '6000000',
});

/** Takes what an execution writes into its log, by the execution's name. */
export type OnLogged = (execution: string, event: HistoryEvent) => void;

const machineOf = (budget: Budget, withLedger: boolean): Machine => {
  const url = new URL('../../statemachines/issue-credentials.asl.json', import.meta.url);
  const substitutions = substitutionsOf(budget);
  const text = readFileSync(url, 'utf8').replace(
    /\$\{(\w+)\}/g,
    (whole, name: string) => substitutions[name] ?? whole,
  );
  const definition = JSON.parse(text) as { States: Record<string, { Arguments?: unknown }> };
  for (const [name, state] of Object.entries(definition.States)) {
    if (!withLedger && ledgerStates.test(name)) {
      state.Arguments = { Key: { pk: { S: 'SESSION#' }, sk: { S: 'SESSION' } } };
    }
  }
  const { machine, diagnostics } = parseDefinition(JSON.stringify(definition), { type: 'EXPRESS' });
  if (machine === null) throw new TypeError(JSON.stringify(diagnostics));
  return machine;
};

type Payload = { readonly task: string } & Record<string, unknown>;

export const simulatedMachine = (world: {
  readonly kernel: Kernel;
  readonly chance: Chance;
  readonly table: SimulatedTable;
  readonly context: FrontContext;
  readonly budget: Budget;
  /** Where it is asked for, the ledger's rows have their contents. */
  readonly onLogged: OnLogged | null;
  readonly witness: MachineWitness;
  /** The caller of a token, as the function `decide` would read it. */
  readonly callerOfToken: (token: string) => Caller;
}): IssueMachine => {
  const { kernel, chance, table, context, witness, onLogged } = world;
  const machine = machineOf(world.budget, onLogged !== null);
  const wait = (service: Service) => kernel.wait(latencyOf(service, chance));

  const openIdTokens: OpenIdTokenSource = {
    obtain: async ({ identityId }) => {
      witness.identityPoolCall(Math.floor(kernel.nowEpochMillis() / 1000));
      await wait('identityPool');
      return identityId;
    },
  };
  const issuer: CredentialIssuer = {
    assumeRole: async ({ roleArn, durationSeconds }) => {
      await wait('sts');
      const nowEpochMillis = kernel.nowEpochMillis();
      witness.minted(nowEpochMillis);
      return {
        credentials: { accessKeyId: 'ASIA', secretAccessKey: '-', sessionToken: '-' },
        expiresAtEpochSeconds: Math.floor(nowEpochMillis / 1000) + durationSeconds,
        assumedRoleArn: roleArn,
        packedPolicySizePercent: null,
      };
    },
  };
  const ports = {
    clock: kernel,
    timer: kernel,
    sealer: openSealer,
    digest: nodeDigest,
    openIdTokens,
    issuer,
  };

  /** The functions' own tasks; only what they call is made up. */
  const invoke = async (payload: Payload): Promise<unknown> => {
    const input: unknown = payload;
    switch (payload.task) {
      case 'validate-token':
        await wait('decide');
        return world.callerOfToken(String(payload['sealedToken']));
      case 'map-role':
        await wait('decide');
        return mapRole(context, input as MapRoleInput);
      case 'obtain-open-id-token':
        return obtainOpenIdToken(ports, context, input as ObtainOpenIdTokenInput);
      case 'assume-mapped-role':
        return assumeMappedRole(ports, input as AssumeMappedRoleInput);
      default:
        throw new TypeError(`The simulation has no task ${payload.task}`);
    }
  };

  const runTask = async ({ resource, arguments: given }: TaskRequest): Promise<unknown> => {
    if (resource.endsWith(':lambda:invoke')) {
      const { Payload: payload } = given as { readonly Payload: Payload };
      try {
        return { Payload: await invoke(payload) };
      } catch (error) {
        throw error instanceof StepkeyError ? new AslError(error.name, '') : error;
      }
    }
    const operation = resource.slice(resource.lastIndexOf(':') + 1);
    await wait(operation.endsWith('Item') && /get/i.test(operation) ? 'tableRead' : 'tableWrite');
    return table.ask(operation, given as Parameters<SimulatedTable['ask']>[1]);
  };

  const run = async (input: IssueInput, name: string): Promise<IssueOutcome> => {
    witness.execution();
    const outcome = await execute(machine, {
      id: `${location}:express:issue-credentials:${name}`,
      name,
      roleArn: 'arn:aws:iam::123456789012:role/machine',
      stateMachine: { id: `${location}:stateMachine:issue-credentials`, name: 'issue-credentials' },
      input,
      timers: kernel,
      random: chance.uniform,
      runTask,
      record: (event) => onLogged?.(name, event),
    });
    if (outcome.status === 'SUCCEEDED') {
      const issued = JSON.parse(outcome.output) as IssueOutcome;
      if (issued.outcome !== 'issued') witness.ended(issued.outcome);
      return issued;
    }
    const error = outcome.status === 'FAILED' ? outcome.error : outcome.status;
    witness.ended(error);
    throw new StepkeyError(isErrorName(error) ? error : 'Upstream.Unavailable');
  };

  return {
    run: async (input, name) => {
      await wait('startExecution');
      return run(input, name);
    },
    start: async (input, name) => {
      await wait('startExecution');
      // What nobody waits for has no caller to tell; how it ended, the witness was told.
      run(input, name).catch((error: unknown) => {
        if (!(error instanceof StepkeyError)) throw error;
      });
    },
  };
};
