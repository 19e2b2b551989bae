import type { Stage } from './stage.ts';

/** What a probe saw. */
interface Proof {
  readonly shown: boolean;
  /** In a few words; nothing of a token, a password or a key. */
  readonly saw: string;
}

export type Probe = (stage: Stage) => Promise<Proof>;

/** The name of what was thrown; null where nothing was. */
export const nameOfRefusal = async (work: () => Promise<unknown>): Promise<string | null> => {
  try {
    await work();
    return null;
  } catch (error) {
    const { name, code } = error as { readonly name: string; readonly code?: unknown };
    return name === 'UserPoolRefusal' ? String(code) : name;
  }
};

/** The claims of a token that needs no verification: it was just issued to us. */
export const claimsOf = (token: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
