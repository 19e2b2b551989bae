import { describe, expect, it } from '@jest/globals';

import { createSessionTokens } from '../../../../local/services/sts/session-tokens.ts';
import type { SessionFacts } from '../../../../local/services/sts/session-tokens.ts';
import { memoryKeyVault } from '../../../../local/state/keys.ts';

const facts: SessionFacts = {
  roleArn: 'arn:aws:iam::123456789012:role/reader',
  roleId: 'AROAEXAMPLE',
  sessionName: 'alice',
  sessionPolicies: [],
  sessionPolicyArns: [],
  tags: { team: 'blue' },
  issuedAtEpochSeconds: 1_800_000_000,
  conditionKeys: {},
};

const make = (keys = memoryKeyVault()) => {
  const time = { epochMillis: 1_800_000_000_000 };
  const clock = { nowEpochMillis: () => time.epochMillis };
  return { keys, time, tokens: createSessionTokens({ keys, clock }) };
};

const invalid = { code: 'InvalidClientTokenId', statusCode: 403 };

describe('a session token', () => {
  it('gives back exactly what was minted, to whoever holds the key', async () => {
    const first = make();
    const minted = await first.tokens.mint(facts, 900);
    const opened = await make(first.keys).tokens.open(minted.sessionToken);
    expect(opened).toEqual({
      accessKeyId: minted.accessKeyId,
      secretAccessKey: minted.secretAccessKey,
      session: facts,
      expirationEpochSeconds: 1_800_000_900,
    });
  });

  it('shows neither its secret key nor what it is bound to', async () => {
    const { tokens } = make();
    const minted = await tokens.mint(facts, 900);
    const bytes = Buffer.from(minted.sessionToken, 'base64').toString('latin1');
    expect(bytes).not.toContain(minted.secretAccessKey);
    expect(bytes).not.toContain('alice');
  });

  it('is another one each time', async () => {
    const { tokens } = make();
    const [first, second] = [await tokens.mint(facts, 900), await tokens.mint(facts, 900)];
    expect(new Set([first.accessKeyId, second.accessKeyId]).size).toBe(2);
    expect(new Set([first.secretAccessKey, second.secretAccessKey]).size).toBe(2);
  });

  it('is refused at the second of its expiry', async () => {
    const { tokens, time } = make();
    const { sessionToken } = await tokens.mint(facts, 900);
    time.epochMillis += 899_999;
    await expect(tokens.open(sessionToken)).resolves.toBeDefined();
    time.epochMillis += 1;
    await expect(tokens.open(sessionToken)).rejects.toMatchObject({ code: 'ExpiredToken' });
  });

  it('is refused with any byte changed, cut short, padded, or under another key', async () => {
    const { tokens } = make();
    const { sessionToken } = await tokens.mint(facts, 900);
    const bytes = Buffer.from(sessionToken, 'base64');
    const altered = [...bytes.keys()].map((index) => {
      const copy = Buffer.from(bytes);
      copy[index] = (copy[index] ?? 0) ^ 1;
      return copy.toString('base64');
    });
    const others = ['', 'AQ==', sessionToken.slice(0, -8), `${sessionToken}=`, ` ${sessionToken}`];
    for (const token of [...altered, ...others])
      await expect(tokens.open(token)).rejects.toMatchObject(invalid);
    await expect(make().tokens.open(sessionToken)).rejects.toMatchObject(invalid);
  });
});
