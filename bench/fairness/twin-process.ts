/**
 * A twin in a process of its own that notes when it is called, so that it can be killed and its calls still be
 * counted. Gets `TwinProcessOptions` as its first message, and says `ready` to its parent.
 */
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { startOpenTwin } from '../../local/twin.ts';
import { password } from '../sign-in.ts';
import type { Budget } from './report.ts';

export interface TwinProcessOptions {
  readonly stateDirectory: string;
  /** Gets a line for each call that counts: epoch milliseconds, operation, and whom it is for. */
  readonly callsFile: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly awsPort: number;
  readonly budget: Budget;
  /** Members of the group `readers`; of whom a job acts for nobody signs in. */
  readonly subjects: readonly string[];
  /** Members of the group `readers` who sign in. */
  readonly people: readonly string[];
}

const importsAtATime = 16;

const [options] = (await once(process, 'message')) as [TwinProcessOptions];

const forWhom = (operation: string, input: Record<string, unknown>): string | null => {
  if (operation === 'GetOpenIdTokenForDeveloperIdentity') {
    const logins = Object.values((input['Logins'] ?? {}) as Record<string, string>);
    return logins.find((login) => login.startsWith('users:')) ?? '-';
  }
  if (operation === 'AssumeRoleWithWebIdentity') return String(input['RoleSessionName']);
  return null;
};

const twin = await startOpenTwin({
  stateDirectory: options.stateDirectory,
  port: options.port,
  awsPort: options.awsPort,
  users: 'none',
  context: {
    'stepkey:developerIdentityCallsPerSecond': options.budget.all,
    'stepkey:batchCallsPerSecond': options.budget.batch,
  },
  interceptor: ({ operation, input }) => {
    const whom = forWhom(operation, input);
    // At once, because this process ends by kill -9.
    if (whom !== null) {
      appendFileSync(options.callsFile, `${String(Date.now())} ${operation} ${whom}\n`);
    }
  },
});

const importAll = async (usernames: readonly string[], ofEach: string | null): Promise<void> => {
  const left = [...usernames];
  const importUsers = async (): Promise<void> => {
    for (let username = left.pop(); username !== undefined; username = left.pop()) {
      await twin.services.cognitoIdp.importUser(twin.endpoints.userPoolId, {
        username,
        password: ofEach,
        temporary: false,
        enabled: true,
        attributes: { email: `${username}@example.com`, email_verified: 'true' },
        groups: ['readers'],
      });
    }
  };
  await Promise.all(Array.from({ length: importsAtATime }, importUsers));
};
await importAll(options.subjects, null);
await importAll(options.people, password);
process.send?.('ready');
