import { describe, expect, it } from '@jest/globals';
import { refusalBasisOf } from '../../../../core/grants/refusal.ts';
import { explainDenial } from '../../../../functions/decide/explain-denial.ts';
import { callerOf } from '../../../support/callers.ts';
import { decisionContextOf } from '../../../support/grants.ts';

const { grants } = decisionContextOf();
const caller = callerOf();

describe('the machine’s record of a refusal', () => {
  it('has what the front’s would have', () => {
    const { basis } = explainDenial(grants, { kind: 'credentials', caller, grant: 'team-read' });
    expect(JSON.parse(basis)).toEqual(refusalBasisOf(caller, 'team-read', grants));
  });

  it('has nothing where no grant was asked', () => {
    expect(explainDenial(grants, { kind: 'identity', caller, grant: null })).toEqual({
      basis: '-',
    });
    expect(
      explainDenial(grants, { kind: 'credentials', caller: { subject: '-' }, grant: 'own-files' }),
    ).toEqual({ basis: '-' });
  });
});
