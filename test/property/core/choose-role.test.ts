import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { StepkeyError } from '../../../core/errors.ts';
import { chooseRole } from '../../../core/grants/choose-role.ts';
import { decide } from '../../../core/grants/decide.ts';
import { blueRole, callerOf, redRole } from '../../support/callers.ts';
import { byRole, decisionContextOf, ownFiles, teamRead } from '../../support/grants.ts';
import { inSoak } from '../../support/soak.ts';

const context = decisionContextOf();
const allowed = [redRole, blueRole];

/** Strings that are close to a role that is allowed: cut, continued, of other case, or with a character changed. */
const cousin = fc
  .tuple(
    fc.constantFrom(...allowed),
    fc.nat({ max: 60 }),
    fc.string({ maxLength: 3, unit: 'grapheme' }),
    fc.constantFrom('insert', 'replace', 'cut', 'upper', 'wildcard'),
  )
  .map(([arn, at, text, how]) => {
    if (how === 'insert') return arn.slice(0, at) + text + arn.slice(at);
    if (how === 'replace') return arn.slice(0, at) + text + arn.slice(at + text.length);
    if (how === 'cut') return arn.slice(0, at);
    if (how === 'upper') return arn.slice(0, at) + arn.slice(at).toUpperCase();
    return `${arn.slice(0, at)}*`;
  });
const stranger = fc
  .oneof(cousin, fc.string({ unit: 'grapheme' }))
  .filter((arn) => !allowed.includes(arn));
const role = fc.oneof(stranger, fc.constantFrom(...allowed));

/** The role, or null when it is refused; any other error fails the test. */
const choiceOf = (
  roles: readonly string[],
  preferredRole: string | null,
  asked: string | null,
): string | null => {
  try {
    return chooseRole(
      byRole,
      callerOf({ roles, preferredRole }),
      asked,
      context.mappedRoleArnPrefix,
    );
  } catch (error) {
    if (!(error instanceof StepkeyError)) throw error;
    return null;
  }
};

describe('[SEC-02] the role from the token', () => {
  it('is never any other string than a role that the grant allows', () => {
    fc.assert(
      fc.property(
        fc.array(stranger),
        fc.option(stranger, { nil: null }),
        stranger,
        (roles, preferred, asked) => {
          expect(choiceOf([...roles, asked], preferred, asked)).toBeNull();
          expect(choiceOf([...roles, asked], asked, null)).toBeNull();
        },
      ),
      { numRuns: inSoak ? 20_000 : 1000 },
    );
  });

  it('is always one that the token names and the grant allows, and the one asked for', () => {
    const wish = fc.option(role, { nil: null });
    fc.assert(
      fc.property(fc.array(role, { maxLength: 5 }), wish, wish, (roles, preferred, asked) => {
        const choice = choiceOf(roles, preferred, asked);
        if (choice === null) return;
        expect(allowed).toContain(choice);
        expect(roles).toContain(choice);
        if (asked !== null) expect(choice).toBe(asked);
      }),
      { numRuns: inSoak ? 20_000 : 1000 },
    );
  });

  it('does not depend on the order in which the token names roles', () => {
    const wish = fc.option(role, { nil: null });
    fc.assert(
      fc.property(fc.array(role, { maxLength: 5 }), wish, wish, (roles, preferred, asked) => {
        expect(choiceOf([...roles].reverse(), preferred, asked)).toBe(
          choiceOf(roles, preferred, asked),
        );
      }),
    );
  });
});

describe('[SEC-02] a decision', () => {
  const group = fc.oneof(
    fc.constantFrom('readers', 'writers', 'red', 'blue', 'Readers', 'readers ', 'readers,writers'),
    fc.string({ unit: 'grapheme', maxLength: 10 }),
  );
  const wishedGrant = fc.option(
    fc.oneof(fc.constantFrom('own-files', 'team-read', 'by-role', '-'), fc.string()),
    { nil: null },
  );
  const groupsOf: Readonly<Record<string, readonly string[]>> = {
    [ownFiles.name]: ['readers'],
    [teamRead.name]: ['writers'],
    [byRole.name]: ['red', 'blue'],
  };

  it('gives no grant to anyone who is in none of its groups, and no other than was named', () => {
    fc.assert(
      fc.property(
        fc.array(group, { maxLength: 5 }),
        fc.constantFrom('app', 'cli', 'batch', 'App', ''),
        wishedGrant,
        fc.array(role, { maxLength: 3 }),
        (groups, client, grant, roles) => {
          try {
            const decision = decide(
              callerOf({ groups, client, roles }),
              { grant, roleArn: null },
              context,
            );
            expect(groupsOf[decision.grant]?.some((name) => groups.includes(name))).toBe(true);
            expect(['app', 'cli']).toContain(client);
            if (grant !== null) expect(decision.grant).toBe(grant);
          } catch (error) {
            if (!(error instanceof StepkeyError)) throw error;
            expect(error.name).toMatch(
              /^(Grant\.(Refused|Ambiguous)|Role\.(NotMapped|Ambiguous))$/,
            );
          }
        },
      ),
      { numRuns: inSoak ? 20_000 : 1000 },
    );
  });
});
