import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { titleOf, type BoundaryOfMint } from '../support/mint-boundaries.ts';
import { startRevocationDrill, type RevocationDrill } from '../support/twin/revocation-drill.ts';

/**
 * One for each kind of leak, two at a time: weighed already, and a token obtained; minted but not on record, and in the
 * cache; confirmed already, and handed out on record. `npm run test:long` has every boundary; in one process
 * revocation-boundaries.test.ts has.
 */
const rounds: Readonly<Record<string, readonly BoundaryOfMint[]>> = {
  alice: [
    { minter: 'person', when: 'enter', state: 'LookUpCredentials' },
    { minter: 'job', when: 'exit', state: 'ObtainOpenIdToken' },
  ],
  bob: [
    { minter: 'person', when: 'enter', state: 'RecordSession' },
    { minter: 'job', when: 'exit', state: 'CacheCredentials' },
  ],
  carol: [
    { minter: 'person', when: 'enter', state: 'Issued' },
    { minter: 'job', when: 'exit', state: 'RecordIssuance' },
  ],
};

describe('a mint that is paused while its subject is revoked, on the twin', () => {
  let drill: RevocationDrill;

  beforeAll(async () => {
    drill = await startRevocationDrill();
    await Promise.all(Object.entries(rounds).map(([person, round]) => drill.run(person, round)));
  });
  afterAll(() => drill.stop());

  it.each(
    Object.values(rounds)
      .flat()
      .map((boundary) => [titleOf(boundary), boundary] as const),
  )('%s hands out nothing, leaves no entry and no live key [SEC-08] [SEC-31]', (_, boundary) => {
    drill.expectHeld(boundary);
  });
});
