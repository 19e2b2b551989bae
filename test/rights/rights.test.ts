import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mutantsOf } from './mutants.ts';
import type { Mutant } from './mutants.ts';
import { openTheatre } from './stage.ts';
import type { Acted, Theatre } from './stage.ts';
import { stories } from './stories/index.ts';
import type { Story } from './story.ts';
import { unobservable } from './unobservable.ts';
import { untold } from './untold.ts';

const fits = (pattern: string, id: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+$()[\]{}|^?\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(id);

/** Those in which the role acted, the most promising first: with the action, and for conditions those that refuse. */
const promising = (
  { actions, kind }: Mutant,
  roleArn: string | null,
  acted: ReadonlyMap<Story, Acted>,
): readonly Story[] => {
  const ordered = kind === 'condition' ? [...stories].reverse() : stories;
  const calls = (story: Story): ReadonlySet<string> | undefined =>
    roleArn === null ? undefined : acted.get(story)?.get(roleArn);
  const hasAction = (story: Story): boolean => actions.some((action) => calls(story)?.has(action));
  const acting = ordered.filter((story) => calls(story) !== undefined);
  // Who is kept from a role never acts with it, and a policy of a resource speaks of everybody.
  const isOfEverybody = roleArn === null || actions.some((action) => action.startsWith('sts:'));
  return [
    ...acting.filter(hasAction),
    ...acting.filter((story) => !hasAction(story)),
    ...(isOfEverybody ? ordered.filter((story) => !acting.includes(story)) : []),
  ];
};

/** Left out of the search; every line must still fit something. */
const leftOut = [...unobservable, ...untold];

describe('the rights that the stacks give', () => {
  let theatre: Theatre;
  const acted = new Map<Story, Acted>();

  beforeAll(async () => {
    theatre = await openTheatre();
  });
  afterAll(async () => {
    await theatre.close();
  });

  const isNoticed = async (mutant: Mutant): Promise<boolean> => {
    await theatre.mutate(mutant);
    try {
      for (const story of promising(mutant, theatre.roleArnOf(mutant), acted))
        try {
          await theatre.tell(story);
        } catch {
          return true;
        }
      return false;
    } finally {
      await theatre.restore(mutant);
    }
  };

  it.each(stories)('let this happen: $title', async (story) => {
    acted.set(story, await theatre.tell(story));
  });

  it('are needed: without any one statement or condition, something above is told otherwise [SEC-01]', async () => {
    const survivors: string[] = [];
    const listed = ({ id }: Mutant) => leftOut.some(({ mutant }) => fits(mutant, id));
    for (const mutant of mutantsOf(theatre.twin.stacks.resources)) {
      if (listed(mutant)) continue;
      if (!(await isNoticed(mutant))) survivors.push(mutant.id);
    }
    expect(survivors).toEqual([]);
  }, 600_000);

  it('are all restored: the stories are as at first', async () => {
    for (const story of stories) await theatre.tell(story);
  });

  it.each(leftOut)('still have what is left out: $mutant', ({ mutant }) => {
    const ids = mutantsOf(theatre.twin.stacks.resources).map(({ id }) => id);
    expect(ids.filter((id) => fits(mutant, id))).not.toEqual([]);
  });
});
