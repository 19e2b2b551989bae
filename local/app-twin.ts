/** An app of a user's own on the twin, as `cdk synth` wrote it. */
import { adminCall, readLogBy } from './admin-calls.ts';
import { readAssembly } from './assembly.ts';
import { deployTwin } from './deployed-twin.ts';
import { twinRegion } from './identity.ts';
import type { AppTwin, AppTwinOptions } from './app-twin-interface.ts';
import { shiftDate } from './lambda/shifted-date.ts';
import { stoppable, type Stoppable } from './stoppable.ts';

const start = async (
  { assembly, ...options }: Required<AppTwinOptions>,
  parts: Stoppable,
): Promise<AppTwin> => {
  const synthesis = await readAssembly(assembly);
  const { services, stacks, gateway, listener } = await deployTwin(
    {
      options,
      synthesis: () => Promise.resolve(synthesis),
      prepare: ({ cognitoIdentity }) => cognitoIdentity.identityPoolKeys(),
    },
    parts,
  );
  const call = adminCall(services);
  return {
    api: gateway.url,
    aws: listener.url,
    tokenEndpoint: `${listener.url}/oauth2/token`,
    authorizationEndpoint: `${listener.url}/oauth2/authorize`,
    region: twinRegion,
    outputs: Object.fromEntries(
      synthesis.templates.map(({ stackName }) => [stackName, stacks.outputsOf(stackName)]),
    ),
    call,
    readLog: readLogBy(call),
    setClockAhead: (aheadMillis) => {
      shiftDate(aheadMillis);
      return services.setClocksAhead(aheadMillis);
    },
    stop: parts.stop,
  };
};

/** As startTwin of ./twin.ts, of somebody else's templates. */
export const startAppTwin = async (options: Required<AppTwinOptions>): Promise<AppTwin> => {
  const parts = stoppable();
  try {
    return await start(options, parts);
  } catch (error) {
    await parts.stop();
    throw error;
  }
};
