/** The twin's services, joined as in the twin, in memory; no function runs, and nothing is deployed. */
import { memoryKeyVault } from '../../local/state/keys.ts';
import { memoryStore } from '../../local/state/store.ts';
import { createTwinServices } from '../../local/twin-services.ts';
import type { TwinServices } from '../../local/twin-services.ts';

export const bareTwinServices = (
  log: (line: string) => void = () => undefined,
): Promise<TwinServices> =>
  createTwinServices({
    store: memoryStore(),
    vault: memoryKeyVault(),
    clock: { nowEpochMillis: () => Date.now() },
    directories: null,
    awsEndpoint: 'http://127.0.0.1:1',
    runtimeScript: '',
    log,
  });
