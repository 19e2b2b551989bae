import type { AssumeRoleCommandOutput, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it } from '@jest/globals';
import { denyPolicyEverywhere, writerCredentials } from '../../../adapters/spoke-deny-policies.ts';
import { fakeDenyPolicy } from '../../support/fakes/fake-deny-policy.ts';

const account = (text: string) => fakeDenyPolicy(text, () => 0);

describe('the policies of all accounts', () => {
  it('say the same after a write [SEC-31]', async () => {
    const accounts = [account('old'), account('older'), account('old')];
    const everywhere = denyPolicyEverywhere(accounts.map(({ policy }) => policy));
    await everywhere.write('new');
    expect(accounts.map(({ text }) => text())).toEqual(['new', 'new', 'new']);
    expect(await everywhere.read()).toBe('new');
  });

  it('are not as written where one of them says something else', async () => {
    const accounts = [account('new'), account('new')];
    const everywhere = denyPolicyEverywhere(accounts.map(({ policy }) => policy));
    accounts[1]?.tamper('nothing');
    expect(await everywhere.read()).not.toBe('new');
  });

  it.each([0, 1, 2])('are all tried although number %d fails, and the write fails', async (bad) => {
    const accounts = [account('old'), account('old'), account('old')];
    accounts[bad]?.loseNextAnswer();
    const everywhere = denyPolicyEverywhere(accounts.map(({ policy }) => policy));
    await expect(everywhere.write('new')).rejects.toThrow(
      expect.objectContaining({ name: 'Upstream.Unavailable' }),
    );
    expect(accounts.map(({ writes }) => writes)).toEqual([['new'], ['new'], ['new']]);
  });
});

describe('the credentials of a writer', () => {
  const sts = (answer: () => Promise<Partial<AssumeRoleCommandOutput>>) =>
    ({ send: answer }) as unknown as STSClient;

  it('are those of the role in the other account', async () => {
    const expiration = new Date('2026-11-21T12:00:00Z');
    const provide = writerCredentials(
      sts(() =>
        Promise.resolve({
          Credentials: {
            AccessKeyId: 'ASIAEXAMPLE',
            SecretAccessKey: 'secret',
            SessionToken: 'token',
            Expiration: expiration,
          },
        }),
      ),
      'arn:aws:iam::111122223333:role/stepkey/acme-revoker',
    );
    expect(await provide()).toEqual({
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration,
    });
  });

  it('are refused as a fault of the set-up where that account lets nobody in', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
    const provide = writerCredentials(
      sts(() => Promise.reject(denied)),
      'arn:aws:iam::111122223333:role/x',
    );
    await expect(provide()).rejects.toThrow(
      expect.objectContaining({ name: 'Upstream.Misconfigured' }),
    );
  });

  it('are not made up where the answer has none', async () => {
    const provide = writerCredentials(
      sts(() => Promise.resolve({})),
      'arn:aws:iam::111122223333:role/x',
    );
    await expect(provide()).rejects.toThrow(
      expect.objectContaining({ name: 'Upstream.Unavailable' }),
    );
  });
});
