import { startTwin, type Twin, type TwinOptions } from '../../../local/twin.ts';

/** A twin with the demonstration's users, in memory, on free ports of the loopback. */
export const startDemoTwin = (options: Partial<TwinOptions> = {}): Promise<Twin> =>
  startTwin({ stateDirectory: null, port: 0, awsPort: 0, users: 'demo', ...options });
