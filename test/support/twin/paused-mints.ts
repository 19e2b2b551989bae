import type { OpenTwin, Twin, TwinOptions } from '../../../local/twin.ts';
import { startOpenTwin } from '../../../local/twin.ts';
import type { Boundary } from '../mint-boundaries.ts';

export interface PausedMints {
  readonly twin: OpenTwin;
  /**
   * Asks, and runs `act` once while the execution that is started by it stands at the boundary. Others go on meanwhile.
   * @returns what the request was answered; `wasPaused` where the execution came by
   */
  readonly askAndPause: <Answer>(
    boundary: Boundary,
    act: () => Promise<unknown>,
    ask: () => Promise<Answer>,
  ) => Promise<{ readonly answer: Answer; readonly wasPaused: boolean }>;
}

interface Interference extends Boundary {
  readonly act: () => Promise<unknown>;
  wasPaused: boolean;
}

/** A twin in which several mints are under way, each of which is paused at a boundary of its own. */
export const startWithPausedMints = async (
  options: Partial<Pick<TwinOptions, 'afterCall'>> = {},
): Promise<PausedMints> => {
  const byExecution = new Map<string, Interference>();
  /** Whose execution starts next: the requests are sent one after the other, until each has started its own. */
  let starting: { readonly interference: Interference; readonly begun: () => void } | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const twin = await startOpenTwin({
    ...{ stateDirectory: null, port: 0, awsPort: 0, users: 'demo' },
    ...options,
    interceptor: ({ service, operation, input }) => {
      if (service !== 'states' || operation !== 'StartSyncExecution' || starting === null) return;
      byExecution.set(String(input['name']), starting.interference);
      starting.begun();
      starting = null;
    },
    pause: async (state, when, executionName) => {
      const interference = byExecution.get(executionName);
      if (interference?.state !== state || interference.when !== when) return;
      byExecution.delete(executionName);
      interference.wasPaused = true;
      await interference.act();
    },
  });
  return {
    twin,
    askAndPause: async (boundary, act, ask) => {
      const interference: Interference = { ...boundary, act, wasPaused: false };
      const asked = turn.then(() => {
        const begun = new Promise<void>((resolve) => {
          starting = { interference, begun: resolve };
        });
        const answer = ask();
        const settled = answer.then(
          () => undefined,
          () => undefined,
        );
        return { answer, begunOrOver: Promise.race([begun, settled]) };
      });
      turn = asked.then(async ({ begunOrOver }) => {
        await begunOrOver;
        starting = null;
      });
      const { answer } = await asked;
      return { answer: await answer, wasPaused: interference.wasPaused };
    },
  };
};

/** Waits by the row, which costs no request. @param status as the row has it */
export const revocationHas = async (
  twin: Pick<Twin, 'call' | 'endpoints'>,
  revocationId: unknown,
  status: 'IN_FORCE' | 'RESTORED',
): Promise<void> => {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const { Item } = (await twin.call('dynamodb', 'GetItem', {
      TableName: twin.endpoints.table,
      Key: { pk: { S: `REVOCATION#${String(revocationId)}` }, sk: { S: 'REVOCATION' } },
      ConsistentRead: true,
    })) as { Item?: { status: { S: string } } };
    if (Item?.status.S === status) return;
    if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(Item)}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
};
