import { checkList, type CheckId } from './check-list.ts';

/** What a check found. */
export interface Finding {
  readonly check: CheckId;
  readonly level: 'ok' | 'warn' | 'fail';
  /** One sentence: how it is. */
  readonly message: string;
  /** What to do about it, where that depends on what was found; else the list says it. */
  readonly mend?: string;
}

/** A finding as it is told: with what was looked at, and what to do unless all is well. */
export interface ToldFinding {
  readonly check: CheckId;
  readonly level: Finding['level'];
  readonly looksAt: string;
  readonly message: string;
  readonly mend: string | null;
}

export const toldOf = ({ check, level, message, mend }: Finding): ToldFinding => ({
  check,
  level,
  looksAt: checkList[check].looksAt,
  message,
  mend: level === 'ok' ? null : (mend ?? checkList[check].mend),
});
