import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mutantsOf } from './mutants.ts';
import type { Mutant } from './mutants.ts';
import { openTheatre } from './stage.ts';
import type { Acted, Theatre } from './stage.ts';
import { stories } from './stories/index.ts';
import type { Story } from './story.ts';
import { unobservable } from './unobservable.ts';

const fits = (pattern: string, id: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+$()[\]{}|^?\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(id);

/** What the first round tells of a story. */
interface Told {
  readonly acted: Acted;
  readonly millis: number;
}

/** No right is missing: what does not come is late. */
const longPatienceMillis = 120_000;

/** What a mutant keeps from coming must not hold up the run: a few times what the whole story took at first. */
const shortPatienceMillis = (told: Told | undefined): number =>
  Math.max(3_000, 3 * (told?.millis ?? 0));

const kindOf = ({ kind, actions, resource }: Mutant): string =>
  [resource.type, kind, ...actions].join(' ');

/**
 * The most promising first: those in which the role did what the mutant takes away, or which noticed another of the
 * kind; then those in which it did anything; then the quickest.
 */
const promising = (
  mutant: Mutant,
  roleArn: string | null,
  told: ReadonlyMap<Story, Told>,
  noticed: ReadonlyMap<string, readonly Story[]>,
): readonly Story[] => {
  const { actions, kind, resource } = mutant;
  const alike = noticed.get(kindOf(mutant)) ?? [];
  // Who is kept from a role never acts with it; a policy of a resource, or a permission, speaks of everybody.
  const isOfEverybody =
    roleArn === null ||
    resource.type === 'AWS::Lambda::Permission' ||
    actions.some((action) => action.startsWith('sts:'));
  const rank = (story: Story): number => {
    const called = roleArn === null ? undefined : told.get(story)?.acted.get(roleArn);
    // A condition keeps others out, of whom other stories tell.
    if (isOfEverybody && kind === 'condition' && alike.includes(story)) return 0;
    if (called === undefined) return isOfEverybody ? (alike.includes(story) ? 2 : 3) : Infinity;
    return alike.includes(story) || actions.some((action) => called.has(action)) ? 0 : 1;
  };
  return stories
    .map((story) => ({ story, rank: rank(story), millis: told.get(story)?.millis ?? 0 }))
    .filter((each) => each.rank < Infinity)
    .sort((one, other) => one.rank - other.rank || one.millis - other.millis)
    .map(({ story }) => story);
};

/** The stories of revocations write managed policies themselves, as what they deploy does: the mutant would be gone. */
const isWrittenAtRunTime = ({ resource }: Mutant): boolean =>
  resource.type === 'AWS::IAM::ManagedPolicy';

describe('the rights that the stacks give', () => {
  let theatre: Theatre;
  const told = new Map<Story, Told>();
  const noticed = new Map<string, Story[]>();

  beforeAll(async () => {
    theatre = await openTheatre();
  });
  afterAll(async () => {
    await theatre.close();
  });

  const isNoticed = async (mutant: Mutant): Promise<boolean> => {
    await theatre.mutate(mutant);
    try {
      for (const story of promising(mutant, theatre.roleArnOf(mutant), told, noticed))
        try {
          if (isWrittenAtRunTime(mutant)) {
            await theatre.restore(mutant);
            await theatre.mutate(mutant);
          }
          await theatre.tell(story, shortPatienceMillis(told.get(story)));
        } catch {
          noticed.set(kindOf(mutant), [...(noticed.get(kindOf(mutant)) ?? []), story]);
          return true;
        }
      return false;
    } finally {
      await theatre.restore(mutant);
    }
  };

  it.each(stories)('let this happen: $title', async (story) => {
    const began = performance.now();
    const acted = await theatre.tell(story, longPatienceMillis);
    told.set(story, { acted, millis: performance.now() - began });
  });

  it('are needed: without any one statement or condition, something above is told otherwise [SEC-01]', async () => {
    // A story that fails anyhow would notice everything.
    expect(told.size).toBe(stories.length);
    const survivors: string[] = [];
    const listed = ({ id }: Mutant) => unobservable.some(({ mutant }) => fits(mutant, id));
    for (const mutant of mutantsOf(theatre.twin.stacks.resources)) {
      if (listed(mutant)) continue;
      if (!(await isNoticed(mutant))) survivors.push(mutant.id);
    }
    expect(survivors).toEqual([]);
  }, 2_400_000);

  it('are all restored: the stories are as at first', async () => {
    for (const story of stories) await theatre.tell(story, longPatienceMillis);
  }, 1_200_000);

  it.each(unobservable)('still have what is left out: $mutant', ({ mutant }) => {
    const ids = mutantsOf(theatre.twin.stacks.resources).map(({ id }) => id);
    expect(ids.filter((id) => fits(mutant, id))).not.toEqual([]);
  });
});
