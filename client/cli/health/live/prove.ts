/** Shows what docs/twin.md assumes of AWS on a real deployment, one after the other. */
import type { Finding } from '../finding.ts';
import { awsOf } from '../deployment/aws.ts';
import type { Deployed } from '../deployment/deployed.ts';
import { assumptions, type AssumptionId } from './assumptions.ts';
import {
  busWithRules,
  jsonInQuotes,
  pathFindsNothing,
  unknownBus,
  unknownTarget,
} from './probes/events.ts';
import {
  absentClaimNeverMatches,
  customRoleRefused,
  developerLoginAlone,
  developerTagsInSession,
  listClaimWithCommas,
} from './probes/identities.ts';
import {
  datesAsTexts,
  keyAskedAtStart,
  sameInputAsJson,
  stopAfterEnd,
  stoppedStateUnsaid,
  stsNotIntegrated,
} from './probes/machines.ts';
import { mapResultMembers, mapRunBeginsEmpty } from './probes/map-runs.ts';
import {
  machineTokenClaims,
  rawToken,
  resetRefusesTokens,
  srpAnswerOnce,
} from './probes/people.ts';
import { newestVersionFirst } from './probes/policies.ts';
import {
  classicFlowOff,
  packedPolicy,
  sessionTokenLength,
  tagsWithoutLeave,
} from './probes/sts.ts';
import { signOutTold, tokensHidden } from './probes/trail.ts';
import type { Probe } from './proof.ts';
import { withStage, type Stage } from './stage.ts';

/** In the order in which they are shown; what takes long comes last. */
export const probes: Readonly<Record<AssumptionId, Probe>> = {
  'machine-token-claims': machineTokenClaims,
  'srp-answer-once': srpAnswerOnce,
  'reset-refuses-tokens': resetRefusesTokens,
  'raw-token': rawToken,
  'developer-login-alone': developerLoginAlone,
  'custom-role-refused': customRoleRefused,
  'absent-claim-never-matches': absentClaimNeverMatches,
  'list-claim-with-commas': listClaimWithCommas,
  'developer-tags-in-session': developerTagsInSession,
  'classic-flow-off': classicFlowOff,
  'packed-policy': packedPolicy,
  'session-token-length': sessionTokenLength,
  'tags-without-leave': tagsWithoutLeave,
  'key-asked-at-start': keyAskedAtStart,
  'sts-not-integrated': stsNotIntegrated,
  'same-input-as-json': sameInputAsJson,
  'stop-after-end': stopAfterEnd,
  'stopped-state-unsaid': stoppedStateUnsaid,
  'map-run-begins-empty': mapRunBeginsEmpty,
  'map-result-members': mapResultMembers,
  'dates-as-texts': datesAsTexts,
  'bus-with-rules': busWithRules,
  'unknown-target': unknownTarget,
  'unknown-bus': unknownBus,
  'path-finds-nothing': pathFindsNothing,
  'json-in-quotes': jsonInQuotes,
  'newest-version-first': newestVersionFirst,
  'sign-out-told': signOutTold,
  'tokens-hidden': tokensHidden,
};

export const isAssumption = (id: string): id is AssumptionId => Object.hasOwn(assumptions, id);

/** A probe that could not be carried out shows nothing, and says why. */
export const proveOne = async (stage: Stage, id: AssumptionId): Promise<Finding> => {
  const check = `assumed:${id}` as const;
  try {
    const { shown, saw } = await probes[id](stage);
    return { check, level: shown ? 'ok' : 'fail', message: shown ? `so it is (${saw})` : saw };
  } catch (error) {
    const { name, message } = error as Error;
    const words = `${name}: ${message}`.replaceAll(/\s+/g, ' ');
    return {
      check,
      level: 'fail',
      message: `could not be shown: ${words}`,
      mend: 'Run it with an administrator’s rights, in an account where nothing else depends on them.',
    };
  }
};

export const prove = (
  deployed: Deployed,
  api: string | null,
  onLeftBehind: (name: string, error: unknown) => void,
): AsyncGenerator<Finding> =>
  withStage(
    { aws: awsOf(deployed), deployed, api },
    async function* (stage) {
      for (const id of Object.keys(probes).filter(isAssumption)) yield await proveOne(stage, id);
    },
    onLeftBehind,
  );
