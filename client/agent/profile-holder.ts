import { tokenHolderOf } from '../token-holder.ts';
import { wait } from '../wait.ts';

/** Gives a profile's token as it is now. Null where nobody is signed in; its errors' messages are shown to clients. */
export type AgentTokenSource = () => Promise<string | null> | string | null;

/** Reading a file is quicker; renewing a token at the user pool is not, and held sessions need not wait for it. */
const readingPatienceMillis = 20;

/**
 * Whose profile it is at the moment, so that after a sign-in as somebody else nothing of the person before is served.
 * While the source is slow or fails, the profile is whose it was: held sessions outlive an unreachable user pool.
 * @returns null where nobody is signed in
 * @throws whatever the source throws, where nothing was known yet
 */
export const watchHolder = (source: AgentTokenSource): (() => Promise<string | null>) => {
  let known: string | null | undefined;
  let reading: Promise<string | null> | null = null;
  const read = async (): Promise<string | null> => {
    const token = await source();
    known = token === null ? null : tokenHolderOf(token);
    return known;
  };
  return async () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    if (known === undefined || known === null) return reading;
    const last = known;
    return Promise.race([reading.catch(() => last), wait(readingPatienceMillis).then(() => last)]);
  };
};
