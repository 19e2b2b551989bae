import { checkList, type CheckId } from './check-list.ts';
import { assumptions, type AssumptionId } from './live/assumptions.ts';

type AssumptionCheck = `assumed:${AssumptionId}`;

/** What a check found. */
export interface Finding {
  readonly check: CheckId | AssumptionCheck;
  readonly level: 'ok' | 'warn' | 'fail';
  /** One sentence: how it is. */
  readonly message: string;
  /** What to do about it, where that depends on what was found; else the list says it. */
  readonly mend?: string;
}

/** A finding as it is told: with what was looked at, and what to do unless all is well. */
export interface ToldFinding {
  readonly check: Finding['check'];
  readonly level: Finding['level'];
  readonly looksAt: string;
  readonly message: string;
  readonly mend: string | null;
}

const prefix = 'assumed:';
const isAssumption = (check: Finding['check']): check is AssumptionCheck =>
  check.startsWith(prefix);

const listedAs = (check: Finding['check']): { readonly looksAt: string; readonly mend: string } =>
  isAssumption(check)
    ? {
        looksAt: assumptions[check.slice(prefix.length) as AssumptionId].sentence,
        mend: 'Tell whoever maintains Stepkey: docs/twin.md says what the twin does instead.',
      }
    : checkList[check];

export const toldOf = ({ check, level, message, mend }: Finding): ToldFinding => {
  const { looksAt, mend: usual } = listedAs(check);
  return { check, level, looksAt, message, mend: level === 'ok' ? null : (mend ?? usual) };
};
