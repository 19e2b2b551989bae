/** What the agent gives for a path: a session that is held, or one from the broker, or the reason why not, in time. */
import type { BrokerApi } from '../broker-api.ts';
import { BrokerError } from '../broker-error.ts';
import { expirationText, type HeldSession } from '../held-session.ts';
import { obtainSession } from '../obtain-session.ts';
import type { SessionCache } from '../session-cache.ts';
import { keepSession, type SessionKeeper } from '../session-keeper.ts';
import { tokenOf } from '../token-holder.ts';
import { wait } from '../wait.ts';
import type { AgentFailure } from './agent-answer.ts';
import type { AgentProfile } from './options.ts';
import { watchHolder } from './profile-holder.ts';
import { agentPathOf, type AgentWish } from './read-path.ts';

/** Never rejects. */
export type Dispenser = (
  wish: AgentWish,
) => Promise<{ readonly session: HeldSession } | { readonly failure: AgentFailure }>;

interface DispenserOptions {
  readonly broker: BrokerApi;
  readonly profiles: Readonly<Record<string, AgentProfile>>;
  readonly cache: SessionCache;
  readonly answerWithinMillis: number;
  readonly log: (line: string) => void;
}

/** A broker that is away is asked for this long before the next request of a client starts anew. */
const patienceMillis = 10_000;

const signedOut: AgentFailure = {
  status: 401,
  code: 'Agent.SignedOut',
  message: 'Nobody is signed in with this profile.',
};
const unknownProfile: AgentFailure = {
  status: 404,
  code: 'Agent.UnknownProfile',
  message: 'The agent does not serve a profile of this name.',
};
const underWay: AgentFailure = {
  status: 503,
  code: 'Agent.InProgress',
  message: 'The credentials are being obtained; ask again in a second.',
  retryAfterSeconds: 1,
};

class SignedOut extends Error {}

export const createDispenser = (options: DispenserOptions): Dispenser => {
  const profiles = new Map(
    Object.entries(options.profiles).map(([name, profile]) => [
      name,
      { profile, holderOf: watchHolder(profile.token) },
    ]),
  );
  return async (wish) => {
    const known = profiles.get(wish.profile);
    if (known === undefined) return { failure: unknownProfile };
    const { profile, holderOf } = known;
    const obtain = async (): Promise<HeldSession> => {
      const holder = await holderOf();
      if (holder === null) throw new SignedOut();
      const { profile: name, grant, roleArn, subject } = wish;
      const key = [name, holder, grant, roleArn, subject];
      return options.cache.keeperOf(key, () => keeperFor(options, profile, holder, wish)).get();
    };
    const outcome = obtain().then(
      (session) => ({ session }),
      (error: unknown) => ({ failure: failureOf(error) }),
    );
    const enough = new AbortController();
    try {
      return await Promise.race([
        outcome,
        wait(options.answerWithinMillis, enough.signal).then(() => ({ failure: underWay })),
      ]);
    } finally {
      enough.abort();
    }
  };
};

const keeperFor = (
  { broker, log }: DispenserOptions,
  profile: AgentProfile,
  holder: string,
  { profile: name, grant, roleArn, subject }: AgentWish,
): SessionKeeper => {
  const read = tokenOf(holder, async () => {
    const token = await profile.token();
    if (token === null) throw new SignedOut();
    return token;
  });
  // Escaped as in the path: a line of the log is one line.
  const label = agentPathOf(name, grant);
  return keepSession({
    patienceMillis,
    obtain: async () =>
      obtainSession(broker, await read(), {
        grant: grant ?? undefined,
        roleArn: roleArn ?? undefined,
        subject: subject ?? undefined,
      }),
    onAway: (error, held) => {
      const until =
        held === null ? 'Nothing is held' : `Serving what is held until ${expirationText(held)}`;
      log(`${label}: ${sentenceOf(error)} ${until}.`);
    },
    onBack: () => {
      log(`${label}: the broker answers again.`);
    },
    onRefused: (error) => {
      log(`${label}: refused. ${sentenceOf(error)}`);
    },
  });
};

/** The broker's own sentence and its id of the request. A token source's message is its own to choose. */
const sentenceOf = (error: unknown): string => {
  if (error instanceof BrokerError) {
    const id = error.requestId === null ? '' : ` (request ${error.requestId})`;
    return `${error.message}${id}`;
  }
  return error instanceof Error && error.message !== ''
    ? error.message
    : 'There is no token to ask with.';
};

const failureOf = (error: unknown): AgentFailure => {
  if (error instanceof SignedOut) return signedOut;
  const message = sentenceOf(error);
  if (!(error instanceof BrokerError)) return { status: 401, code: 'Agent.NoToken', message };
  if (error.kind === 'unavailable' || error.kind === 'unexpected' || error.status === null) {
    const retryAfterSeconds = Math.max(1, Math.ceil(error.retryAfterSeconds ?? 1));
    return { status: 503, code: 'Broker.Unavailable', message, retryAfterSeconds };
  }
  return { status: error.status, code: codeOf(error), message };
};

/** `grant-refused` of the problem's type. */
const codeOf = ({ problemType }: BrokerError): string =>
  `Broker.${problemType?.split('/').at(-1) ?? 'refused'}`;
