/** The people of the twin, so that it can be tried at once. */
import type { CognitoIdpService } from './services/cognito-idp/service.ts';

interface DemoUser {
  readonly username: string;
  readonly groups: readonly string[];
  readonly enabled: boolean;
  readonly temporary: boolean;
}

const person = (username: string, groups: readonly string[]): DemoUser => ({
  username,
  groups,
  enabled: true,
  temporary: false,
});

const demoUsers: readonly DemoUser[] = [
  person('alice', ['readers']),
  person('bob', ['readers', 'writers']),
  person('carol', ['red', 'blue']),
  { ...person('dave', []), enabled: false },
  { ...person('erin', []), temporary: true },
  person('frank', []),
  person('audrey', ['auditors']),
  person('oscar', ['operators']),
];

/** Known to everybody: the twin listens on loopback only. */
export const demoPassword = 'Correct-horse-1';
const demoTemporaryPassword = 'Change-me-1';

/**
 * Makes the users that are not there. Those that are keep their `sub`, password and groups: what was done to them
 * survives a restart. Their groups must exist.
 */
export const seedUsers = async (
  cognitoIdp: Pick<CognitoIdpService, 'importUser'>,
  userPoolId: string,
): Promise<void> => {
  await Promise.all(
    demoUsers.map(({ username, groups, enabled, temporary }) =>
      cognitoIdp.importUser(userPoolId, {
        username,
        password: temporary ? demoTemporaryPassword : demoPassword,
        temporary,
        enabled,
        attributes: { email: `${username}@example.com`, email_verified: 'true' },
        groups,
      }),
    ),
  );
};
