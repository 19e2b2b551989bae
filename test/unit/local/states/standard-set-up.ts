/** A standard machine for tests, and what its history says. */
import type { StatesService } from '../../../../local/services/states/service.ts';
import { definition, machineArn, put, type setUp } from './set-up.ts';

export const executionArn = 'arn:aws:states:us-east-1:123456789012:execution:issue:one';
export const standard = (service: StatesService, text: string) =>
  put(service, text, { type: 'STANDARD' });
export const rest = (seconds: number): string =>
  definition({ Rest: { Type: 'Wait', Seconds: seconds, End: true } });
export const start = { stateMachineArn: machineArn, name: 'one', input: '{"a":1}' };
export type Run = Awaited<ReturnType<typeof setUp>>['run'];
export const history = async (run: Run, changes: Record<string, unknown> = {}) => {
  const { events } = await run('GetExecutionHistory', { executionArn, ...changes });
  return events as { type: string; id: number; previousEventId: number }[];
};
export const types = async (run: Run): Promise<string[]> =>
  (await history(run)).map(({ type }) => type);
export const never = (): Promise<never> => new Promise(() => undefined);
