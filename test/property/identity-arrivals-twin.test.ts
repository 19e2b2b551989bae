import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CognitoIdentityClient } from '@aws-sdk/client-cognito-identity';
import * as fc from 'fast-check';
import { decodeJwt } from 'jose';
import { identityPoolDirectory } from '../../adapters/identity-directory.ts';
import { StepkeyError } from '../../core/errors.ts';
import type { IdentityRegistry } from '../../core/ports.ts';
import { registerOnce } from '../../functions/identity/register-once.ts';
import { AwsError } from '../../local/aws.ts';
import { callerOf } from '../support/callers.ts';
import { fakeSealer } from '../support/fakes/fake-sealer.ts';
import { fakeTable } from '../support/fakes/fake-table.ts';
import { fakeClock } from '../support/fakes/fixed-clock.ts';
import {
  createIdentityWorld,
  developerProvider,
  identityPoolSettings,
  userPoolProvider,
  type IdentityWorld,
} from '../unit/local/cognito-identity/identity-world.ts';
import { userPoolId } from '../unit/local/cognito-idp/cognito-world.ts';
import {
  arrivalKinds,
  arrive,
  nobodyYet,
  type ArrivalKind,
  type Outcome,
  type Standing,
} from './identity-model.ts';

const names = ['alice', 'bob'] as const;
type Name = (typeof names)[number];
interface Arrival {
  readonly name: Name;
  readonly who: ArrivalKind;
}

let twin: IdentityWorld;
let logins: Readonly<Record<Name, Readonly<Record<string, string>>>>;
let pools = 0;
beforeAll(async () => {
  twin = await createIdentityWorld();
  logins = { alice: await twin.userLogin('alice'), bob: await twin.userLogin('bob') };
});

/** An identity pool of its own on the twin's service, and a broker before it. */
const newWorld = async (step: () => Promise<unknown> = () => Promise.resolve()) => {
  pools += 1;
  const identityPoolId = `us-east-1:00000000-0000-4000-8000-${String(pools).padStart(12, '0')}`;
  await twin.identity.putIdentityPool(identityPoolId, identityPoolSettings);
  const call = async (operation: string, input: object) => {
    await step();
    return twin.ask(operation, { ...input }).catch((error: unknown) => {
      // As the SDK names it.
      if (!(error instanceof AwsError)) throw error;
      throw Object.assign(new Error(error.message), { name: error.code });
    });
  };
  const send = (command: { readonly constructor: { name: string }; readonly input: object }) =>
    call(command.constructor.name.replace(/Command$/, ''), command.input);
  const directory = identityPoolDirectory({
    client: { send } as unknown as CognitoIdentityClient,
    identityPoolId,
  });
  const table = fakeTable();
  const sealer = fakeSealer();
  const clock = fakeClock();
  const busy = new Map<string, Promise<unknown>>();
  /** One at a time for each subject, as Powertools does it; answers are forgotten at once, the harder case. */
  const once = <Answer>(key: string, work: () => Promise<Answer>): Promise<Answer> => {
    const [subject = ''] = key.split(' ');
    const mine = (busy.get(subject) ?? Promise.resolve()).then(work, work);
    busy.set(
      subject,
      mine.catch(() => undefined),
    );
    return mine;
  };
  const callerFor = (name: Name, tokenUse: 'id' | 'access') => {
    const { sub = '' } = decodeJwt(logins[name][userPoolProvider] ?? '');
    return callerOf({ tokenUse, sub, subject: `users:${sub}`, username: name });
  };
  const register = async (name: Name, tokenUse: 'id' | 'access', dies: boolean) => {
    const caller = callerFor(name, tokenUse);
    const remember: IdentityRegistry['remember'] = () =>
      Promise.reject(new TypeError('the function died'));
    const token = logins[name][userPoolProvider] ?? '';
    const { identityId } = await registerOnce(
      {
        ...{ directory, sealer, clock, once },
        registry: dies ? { ...table, remember } : table,
        timer: { wait: clock.wait },
      },
      {
        userPools: [
          {
            alias: 'users',
            userPoolId,
            issuer: `https://${userPoolProvider}`,
            clients: {},
          },
        ],
        developerProvider,
        identityMode: 'linked',
      },
      {
        sealedToken: await sealer.seal('caller-token', '-', token),
        caller,
        identity: (await table.lookUp(caller.subject)).identity ?? {
          identityId: '-',
          linked: false,
        },
        paidEpochSecond: Math.floor(clock.nowEpochMillis() / 1000),
      },
    );
    return identityId;
  };
  const adopt = async (name: Name): Promise<string> => {
    const { subject } = callerFor(name, 'access');
    const IdentityId = await directory.identityOfDeveloper(subject);
    if (IdentityId !== null) {
      await call('UnlinkDeveloperIdentity', {
        IdentityPoolId: identityPoolId,
        IdentityId,
        DeveloperProviderName: developerProvider,
        DeveloperUserIdentifier: subject,
      });
    }
    table.awaitLogin(subject);
    return 'done';
  };
  /** @returns an identity id, a refusal's name, `died` or `done` */
  const come = ({ name, who }: Arrival): Promise<string> => {
    const coming = (): Promise<string> => {
      if (who === 'adopt') return adopt(name);
      if (who === 'app') return directory.identityOfLogin(logins[name]);
      const isPerson = who === 'person' || who === 'half-person';
      return register(name, isPerson ? 'id' : 'access', who.startsWith('half-'));
    };
    return coming().catch((error: unknown) => {
      if (error instanceof TypeError && error.message === 'the function died') return 'died';
      if (error instanceof StepkeyError) return error.name;
      throw error;
    });
  };
  return { come };
};

/** Whether outcomes are those of the model but for the ids: the same number is the same id, and another one another. */
const isSame = (expected: readonly Outcome[], seen: readonly string[]): boolean => {
  const idOf = new Map<number, string>();
  return expected.every((outcome, index) => {
    const got = seen[index] ?? '';
    if (typeof outcome === 'string') return got === outcome;
    if (!got.startsWith('us-east-1:')) return false;
    const known = idOf.get(outcome);
    if (known !== undefined) return known === got;
    if ([...idOf.values()].includes(got)) return false;
    idOf.set(outcome, got);
    return true;
  });
};

const arrival = (...kinds: readonly ArrivalKind[]): fc.Arbitrary<Arrival> =>
  fc.record({ name: fc.constantFrom(...names), who: fc.constantFrom(...kinds) });

const everyOrder = <Item>(items: readonly Item[]): readonly (readonly Item[])[] =>
  items.length === 0
    ? [[]]
    : items.flatMap((first, index) =>
        everyOrder(items.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
      );

/** The outcomes of arrivals in this order, each in the place that it has in the list. */
const outcomesOf = (
  before: Standing,
  kinds: readonly ArrivalKind[],
  order: readonly number[],
): readonly [Standing, readonly Outcome[]] => {
  const outcomes: Outcome[] = [];
  let standing = before;
  for (const index of order) {
    const [after, outcome] = arrive(standing, kinds[index] ?? 'app');
    standing = after;
    outcomes[index] = outcome;
  }
  return [standing, outcomes];
};

describe('[SEC-05] people, jobs and their own apps, against the twin’s identity pool', () => {
  it('get in any order what the model says: one identity, or a refusal by name; never one of somebody else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrival(...arrivalKinds), { minLength: 1, maxLength: 10 }),
        async (arrivals) => {
          const { come } = await newWorld();
          const expected: Record<Name, Outcome[]> = { alice: [], bob: [] };
          const seen: Record<Name, string[]> = { alice: [], bob: [] };
          const standing: Record<Name, Standing> = { alice: nobodyYet, bob: nobodyYet };
          for (const each of arrivals) {
            const [after, outcome] = arrive(standing[each.name], each.who);
            standing[each.name] = after;
            expected[each.name].push(outcome);
            seen[each.name].push(await come(each));
          }
          for (const name of names) {
            expect({ ...expected, seen, same: isSame(expected[name], seen[name]) }).toMatchObject({
              same: true,
            });
          }
          const ids = (name: Name) => seen[name].filter((each) => each.startsWith('us-east-1:'));
          expect(ids('alice').filter((id) => ids('bob').includes(id))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('get at once what some order of them would have given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('app', 'person', 'job', 'half-job' as const), { maxLength: 2 }),
        fc.array(fc.constantFrom('app', 'person', 'job', 'half-job' as const), {
          minLength: 2,
          maxLength: 4,
        }),
        async (scheduler, first, together) => {
          let isTogether = false;
          const { come } = await newWorld(() =>
            isTogether ? scheduler.schedule(Promise.resolve()) : Promise.resolve(),
          );
          const name = 'alice';
          const before: string[] = [];
          for (const who of first) before.push(await come({ name, who }));
          isTogether = true;
          const coming = Promise.all(together.map((who) => come({ name, who })));
          const seen = [...before, ...(await scheduler.waitFor(coming))];
          isTogether = false;
          // And what everybody gets from then on.
          for (const who of ['job', 'person'] as const) seen.push(await come({ name, who }));
          const orders = everyOrder(together.map((_, index) => index));
          const [standing, told] = outcomesOf(
            nobodyYet,
            first,
            first.map((_, index) => index),
          );
          const explains = orders.some((order) => {
            const [after, outcomes] = outcomesOf(standing, together, order);
            const [, last] = outcomesOf(after, ['job', 'person'], [0, 1]);
            return isSame([...told, ...outcomes, ...last], seen);
          });
          expect({ first, together, seen, explains }).toMatchObject({ explains: true });
        },
      ),
      { numRuns: 40 },
    );
  });
});
