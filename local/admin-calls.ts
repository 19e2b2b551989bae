/** Calls that the one who runs the twin makes, as the account's administrator. */
import { randomUUID } from 'node:crypto';
import type { TwinServices } from './twin-services.ts';

export interface LogEntry {
  readonly timestamp: number;
  readonly message: string;
}

type AdminCall = (
  service: string,
  operation: string,
  input: Record<string, unknown>,
) => Promise<Record<string, unknown>>;

export const adminCall =
  ({ call, principals, admin }: TwinServices): AdminCall =>
  async (service, operation, input) => {
    const { principal } = await principals.resolve(admin.accessKeyId, null);
    return call(service, operation, input, {
      principal,
      requestId: randomUUID(),
      sourceIp: '127.0.0.1',
    });
  };

/** Every page of a log group. */
export const readLogBy =
  (call: AdminCall): ((logGroup: string) => Promise<readonly LogEntry[]>) =>
  async (logGroupName) => {
    const entries: LogEntry[] = [];
    let nextToken: unknown;
    do {
      const page = await call('logs', 'FilterLogEvents', {
        logGroupName,
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      entries.push(...(page['events'] as LogEntry[]));
      nextToken = page['nextToken'];
    } while (nextToken !== undefined);
    return entries;
  };
