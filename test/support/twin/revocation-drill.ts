import { randomUUID } from 'node:crypto';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from '@jest/globals';
import { isMintedAt, titleOf, type BoundaryOfMint, type Minter } from '../mint-boundaries.ts';
import { callApi, type ApiAnswer } from './api.ts';
import { tokenOfMachine } from './machines.ts';
import { revocationHas, startWithPausedMints, type PausedMints } from './paused-mints.ts';
import { signIn } from './people.ts';
import { operatorOf } from './revocations.ts';
import { listWith, type WireCredentials } from './use-files.ts';

/** What somebody who listened in the function `exchange` would have. */
interface Leak {
  readonly openIdToken: string;
  readonly roleArn: string;
  /** Minted from that token beside the machine's own session, under another name. */
  readonly credentials: WireCredentials;
}

interface Outcome {
  readonly wasPaused: boolean;
  readonly answer: ApiAnswer;
  /** Of the subject, whoever minted them. */
  readonly sealedEntries: number;
  /** What a leaked session could do, one minted from the leaked token afterwards, and the first once restored. */
  readonly leaked: readonly string[] | null;
  /** The same request with the same token, while revoked. */
  readonly again: number;
  readonly mintedAgain: boolean;
}

export interface RevocationDrill {
  /**
   * Has a person's mints stand at their boundaries, revokes the person once, and lets the mints go on. Once more where
   * one was too slow to come there before its own time was over.
   * @param round at most one boundary for each minter
   */
  readonly run: (username: string, round: readonly BoundaryOfMint[]) => Promise<void>;
  /** Asserts all that must hold of a boundary that was run. */
  readonly expectHeld: (boundary: BoundaryOfMint) => void;
  readonly stop: () => Promise<void>;
}

const leakedName = 'somebody-else';
const mostAttempts = 3;

/**
 * Lets nobody on before all have come and `act` has been done once.
 * @returns for each of them how it comes; coming again waits for the same
 */
const barrier = (
  count: number,
  act: () => Promise<void>,
): ((nth: number) => () => Promise<void>) => {
  const come = new Set<number>();
  let done: (acted: Promise<void>) => void = () => undefined;
  const passing = new Promise<void>((resolve) => {
    done = resolve;
  });
  return (nth) => () => {
    const isNew = !come.has(nth);
    come.add(nth);
    if (isNew && come.size === count) done(act());
    return passing;
  };
};

const mintWith = async (
  { endpoints }: PausedMints['twin'],
  openIdToken: string,
  roleArn: string,
): Promise<WireCredentials> => {
  const sts = new STSClient({
    region: endpoints.region,
    endpoint: endpoints.aws,
    credentials: { accessKeyId: 'unused', secretAccessKey: 'unused' },
  });
  const { Credentials } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn,
      RoleSessionName: leakedName,
      WebIdentityToken: openIdToken,
    }),
  );
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
};

/** A twin on which mints are paused while their subject is revoked, and on which somebody listens. */
export const startRevocationDrill = async (): Promise<RevocationDrill> => {
  /** By the name of the machine's own session, which says whose and by whom it is. */
  const leaks = new Map<string, Leak>();
  const { twin, askAndPause } = await startWithPausedMints({
    afterCall: async ({ service, operation, input }) => {
      if (service !== 'sts' || operation !== 'AssumeRoleWithWebIdentity') return;
      const name = String(input['RoleSessionName']);
      if (name === leakedName) return;
      const [openIdToken, roleArn] = [String(input['WebIdentityToken']), String(input['RoleArn'])];
      const credentials = await mintWith(twin, openIdToken, roleArn);
      leaks.set(name, { openIdToken, roleArn, credentials });
    },
  });
  const operator = await operatorOf(twin);
  const jobToken = await tokenOfMachine(twin, 'batch');
  const outcomes = new Map<string, Outcome>();
  const table = { TableName: twin.endpoints.table };

  const entriesOf = async (subject: string) => {
    const { Items } = (await twin.call('dynamodb', 'Query', {
      ...table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :entry)',
      ExpressionAttributeValues: {
        ...{ ':pk': { S: `SUBJECT#${subject}` }, ':entry': { S: 'ENTRY#' } },
      },
      ConsistentRead: true,
    })) as { Items: { sealedSession?: unknown; pk: unknown; sk: unknown }[] };
    return Items;
  };

  /** As any client does: a machine that is too busy to answer is asked again, for the same revocation. */
  const revokeWhenHeard = async (subject: string): Promise<unknown> => {
    const headers = { 'Idempotency-Key': randomUUID() };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await callApi(twin, 'POST', '/v1/revocations', {
        token: operator.token,
        body: { target: { subject }, reason: 'a drill' },
        headers,
      });
      if (answer.status === 202) return answer.body['revocationId'];
      if (answer.status < 500 || attempt === mostAttempts) throw new Error(answer.text);
    }
  };

  /** A person who is signed in and known, and what is theirs. */
  const personOf = async (username: string) => {
    await twin.call('cognito-idp', 'AdminAddUserToGroup', {
      UserPoolId: twin.endpoints.userPoolId,
      Username: username,
      GroupName: 'readers',
    });
    const { idToken } = await signIn(twin, username);
    const { body } = await callApi(twin, 'GET', '/v1/identity', { token: idToken });
    const subject = String(body['subject']);
    const sub = subject.slice(subject.indexOf(':') + 1);
    const ask = (minter: Minter): Promise<ApiAnswer> =>
      minter === 'person'
        ? callApi(twin, 'POST', '/v1/credentials', { token: idToken, body: { grant: 'own-files' } })
        : callApi(twin, 'POST', '/v1/exchange/credentials', {
            token: jobToken,
            body: { grant: 'reports', subject },
          });
    const leakOf = (minter: Minter): Leak | undefined =>
      [...leaks].find(
        ([name]) => name.startsWith(sub) && (name === sub) === (minter === 'person'),
      )?.[1];
    return { subject, sub, ask, leakOf, prefix: `private/${String(body['identityId'])}/` };
  };
  const people = new Map<string, ReturnType<typeof personOf>>();

  /** @returns whether every mint of the round came to its boundary and was answered */
  const runOnce = async (
    { subject, sub, ask, leakOf, prefix }: Awaited<ReturnType<typeof personOf>>,
    round: readonly BoundaryOfMint[],
  ): Promise<boolean> => {
    for (const { pk, sk } of await entriesOf(subject)) {
      await twin.call('dynamodb', 'DeleteItem', { ...table, Key: { pk, sk } });
    }
    for (const name of leaks.keys()) if (name.startsWith(sub)) leaks.delete(name);
    let revocationId: unknown;
    const arrivalOf = barrier(round.length, async () => {
      revocationId = await revokeWhenHeard(subject);
      await revocationHas(twin, revocationId, 'IN_FORCE');
    });
    const mints = await Promise.all(
      round.map(async (boundary, nth) => {
        const mint = await askAndPause(boundary, arrivalOf(nth), () => ask(boundary.minter));
        // One that ended without having stood anywhere must not hold up the others.
        await arrivalOf(nth)();
        return { boundary, leak: leakOf(boundary.minter), ...mint };
      }),
    );
    const sealedEntries = (await entriesOf(subject)).filter(
      ({ sealedSession }) => sealedSession,
    ).length;
    const uses = await Promise.all(
      mints.map(async ({ leak }) => {
        if (leak === undefined) return null;
        const later = await mintWith(twin, leak.openIdToken, leak.roleArn);
        return Promise.all([leak.credentials, later].map((each) => listWith(twin, each, prefix)));
      }),
    );
    const again = await Promise.all(round.map(({ minter }) => ask(minter)));
    const mintedAgain = mints.map(({ boundary, leak }) => leakOf(boundary.minter) !== leak);
    const path = `/v1/revocations/${String(revocationId)}`;
    await callApi(twin, 'DELETE', path, { token: operator.token });
    await revocationHas(twin, revocationId, 'RESTORED');
    for (const [nth, { boundary, answer, wasPaused, leak }] of mints.entries()) {
      const used = uses[nth];
      outcomes.set(titleOf(boundary), {
        ...{ wasPaused, answer, sealedEntries },
        ...{ again: again[nth]?.status ?? 0, mintedAgain: mintedAgain[nth] ?? true },
        leaked:
          leak === undefined || !used
            ? null
            : [...used, await listWith(twin, leak.credentials, prefix)],
      });
    }
    const answers = [...mints.map(({ answer }) => answer), ...again];
    return mints.every(({ wasPaused }) => wasPaused) && answers.every(({ status }) => status < 500);
  };

  return {
    run: async (username, round) => {
      const person = people.get(username) ?? personOf(username);
      people.set(username, person);
      for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
        if (await runOnce(await person, round)) return;
      }
    },
    expectHeld: (boundary) => {
      const outcome = outcomes.get(titleOf(boundary));
      expect([outcome?.wasPaused, outcome?.answer.status]).toEqual([true, 403]);
      expect(outcome?.answer.body['type']).toMatch(/revoked$/);
      expect(outcome?.answer.text).not.toContain('sessionToken');
      expect(outcome?.sealedEntries).toBe(0);
      // The token from before the revocation mints nothing either.
      expect([outcome?.again, outcome?.mintedAgain]).toEqual([403, false]);
      if (isMintedAt(boundary)) expect(outcome?.leaked).not.toBeNull();
      // Restored, the leaked session works again: it was the denial that stopped it.
      if (outcome?.leaked) expect(outcome.leaked).toEqual(['AccessDenied', 'AccessDenied', 'ok']);
    },
    stop: () => twin.stop(),
  };
};
