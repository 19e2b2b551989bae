import { GlobalSignOutCommand } from '@aws-sdk/client-cognito-identity-provider';
import { PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { revokeToken } from '../../../../user-pool.ts';
import type { Probe } from '../proof.ts';
import { trailPatienceMillis, type Stage } from '../stage.ts';
import { heardBy, listen } from './events.ts';
import { signInNow } from './people.ts';

interface Told {
  readonly eventName: string;
  readonly sub: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const names = ['GlobalSignOut', 'RevokeToken'];

const toldIn = (input: string): Told => {
  const { detail } = JSON.parse(input) as { readonly detail: Record<string, unknown> };
  const additional = detail['additionalEventData'] as { readonly sub?: string } | null | undefined;
  return {
    eventName: String(detail['eventName']),
    sub: additional?.sub ?? null,
    parameters: (detail['requestParameters'] ?? {}) as Record<string, unknown>,
  };
};

const signOut = async (stage: Stage): Promise<readonly Told[]> => {
  const { aws } = stage;
  const bus = 'default';
  const { rule, machineArn, target } = await listen(stage, bus, {
    source: ['aws.cognito-idp'],
    'detail-type': ['AWS API Call via CloudTrail'],
    detail: { eventName: names },
  });
  await stage.eventually(() =>
    aws.events.send(new PutTargetsCommand({ Rule: rule, EventBusName: bus, Targets: [target()] })),
  );
  const { sub } = await stage.person();
  const revoked = await signInNow(stage);
  await revokeToken(stage.client, revoked.refreshToken ?? '');
  const { accessToken } = await signInNow(stage);
  await aws.cognitoIdp.send(new GlobalSignOutCommand({ AccessToken: accessToken }));
  const ofPerson = async (): Promise<readonly Told[]> =>
    (await heardBy(stage, machineArn)).map(toldIn).filter((told) => told.sub === sub);
  return stage.eventually(
    ofPerson,
    (told) => names.every((name) => told.some(({ eventName }) => eventName === name)),
    stage.deployed.endpoint === null ? trailPatienceMillis : 5000,
  );
};

const runs = new WeakMap<Stage, Promise<readonly Told[]>>();
/** Both probes look at the same events. */
const toldOf = (stage: Stage): Promise<readonly Told[]> => {
  const run = runs.get(stage) ?? signOut(stage);
  runs.set(stage, run);
  return run;
};

const namesIn = (told: readonly Told[]): readonly string[] => [
  ...new Set(told.map(({ eventName }) => eventName)),
];

export const signOutTold: Probe = async (stage) => {
  const told = namesIn(await toldOf(stage));
  return {
    shown: names.every((name) => told.includes(name)),
    saw: told.length === 0 ? 'nothing with that sub' : told.join(' and '),
  };
};

const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS';

export const tokensHidden: Probe = async (stage) => {
  const told = await toldOf(stage);
  const tokens = told.flatMap(({ parameters }) =>
    Object.entries(parameters).filter(([name]) => /token/i.test(name)),
  );
  const open = tokens.filter(([, value]) => value !== hidden).map(([name]) => name);
  return {
    shown: tokens.length > 0 && open.length === 0,
    saw: open.length > 0 ? `${open.join(', ')} in clear` : `${String(tokens.length)} hidden`,
  };
};
