/** What a subject's command sees: the parent's environment without anything that leads to credentials but its own. */
import type { CredentialsAnswer } from '../../../core/contracts/api-answers.ts';
import { awsVariablesOf } from '../aws-environment.ts';
import type { Profile } from '../profile.ts';

/** Every source of credentials that an SDK takes from the environment, old spellings too. Windows ignores case. */
const awsSources =
  /^AWS_(?:ACCESS_KEY|SECRET|SESSION_TOKEN|SECURITY_TOKEN|CREDENTIAL|BEARER_TOKEN|CONTAINER_|WEB_IDENTITY|ROLE_|PROFILE$|DEFAULT_PROFILE$|SHARED_CREDENTIALS_FILE$)/i;
/** The machine's token and secret, and where to sign in with them. */
const ownSettings = /^STEPKEY_/i;

export const childEnvironment = (
  parent: Readonly<Record<string, string | undefined>>,
  profile: Pick<Profile, 'region' | 'awsEndpoint'>,
  subject: string,
  answer: CredentialsAnswer,
): Readonly<Record<string, string | undefined>> => ({
  ...Object.fromEntries(
    Object.entries(parent).filter(([name]) => !awsSources.test(name) && !ownSettings.test(name)),
  ),
  ...awsVariablesOf(answer, profile, parent),
  STEPKEY_SUBJECT: subject,
});
