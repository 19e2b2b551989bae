import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { boundariesOfMint, titleOf, type BoundaryOfMint } from '../support/mint-boundaries.ts';
import { startRevocationDrill, type RevocationDrill } from '../support/twin/revocation-drill.ts';

const boundaries = boundariesOfMint(false);
const boundariesOf = (minter: BoundaryOfMint['minter']) =>
  boundaries.filter((boundary) => boundary.minter === minter);

/** The nth of the person and the nth of the job stand at a time, and one revocation is for both. */
const rounds: readonly (readonly BoundaryOfMint[])[] = boundariesOf('job').map((job, nth) => [
  ...boundariesOf('person').slice(nth, nth + 1),
  job,
]);

/** Each goes through their share of the rounds, beside the others. */
const people = ['alice', 'bob', 'carol'];

describe('a mint that is paused at any boundary while its subject is revoked, on the twin', () => {
  let drill: RevocationDrill;

  beforeAll(async () => {
    drill = await startRevocationDrill();
    await Promise.all(
      people.map(async (person, lane) => {
        for (const round of rounds.filter((_, nth) => nth % people.length === lane)) {
          await drill.run(person, round);
        }
      }),
    );
  });
  afterAll(() => drill.stop());

  it.each(boundaries.map((boundary) => [titleOf(boundary), boundary] as const))(
    '%s hands out nothing, leaves no entry and no live key [SEC-08] [SEC-31]',
    (_, boundary) => {
      drill.expectHeld(boundary);
    },
  );
});
