import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTokenClaims } from '../../../adapters/token-claims-file.ts';
import { refusalOf } from '../../support/refusal.ts';
import { tokenClaimsText } from '../../support/token-claims.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stepkey-token-claims-'));
});
afterAll(() => rm(directory, { recursive: true }));

const write = async (text: string): Promise<string> => {
  const path = join(directory, 'token-claims.json');
  await writeFile(path, text);
  return path;
};

describe('readTokenClaims', () => {
  it('reads what was deployed', async () => {
    const rule = { idToken: { suppressClaims: ['email'] } };
    expect(readTokenClaims(await write(tokenClaimsText(rule))).rules).toEqual([rule]);
  });

  it('names every fault', async () => {
    const path = await write(tokenClaimsText({ idToken: { suppressClaims: ['sub', 'exp'] } }));
    const refusal = refusalOf(() => readTokenClaims(path));
    expect(refusal.name).toBe('Config.Invalid');
    expect(refusal.faults).toEqual(
      [0, 1].map(
        (index) =>
          `token-claims.json: rules.0.idToken.suppressClaims.${String(index)}: Cognito lets no trigger suppress this claim`,
      ),
    );
  });

  it('refuses a file that is not there, and says so', () => {
    const refusal = refusalOf(() => readTokenClaims(join(directory, 'absent.json')));
    expect(refusal.faults).toEqual(['absent.json cannot be read']);
  });
});
