import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { join } from 'node:path';
import { obtainSession } from '../../examples/spa/src/credentials.ts';
import { finishSignIn, startSignIn } from '../../examples/spa/src/sign-in.ts';
import { password, startExamples, type ExampleWorld } from '../support/examples.ts';

let world: ExampleWorld;
const signIn = async (username: string): Promise<string> => {
  const { AuthenticationResult } = (await world.twin.call('cognito-idp', 'InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: world.clientIdOf('web'),
    AuthParameters: { USERNAME: username, PASSWORD: password },
  })) as { AuthenticationResult: { IdToken: string } };
  return AuthenticationResult.IdToken;
};
const subOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string })
    .sub;
const identityIdOf = async (token: string): Promise<string> => {
  const answer = await fetch(`${world.twin.api}/v1/identity`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { identityId: string }).identityId;
};
const textIn = async (identityId: string): Promise<string> => {
  const { Body } = await world.twin.call('s3', 'GetObject', {
    Bucket: world.bucket,
    Key: `private/${identityId}/note.txt`,
  });
  return String(Body);
};

// Synthesizes an app and starts a twin of it, which takes its time on a busy machine.
beforeAll(async () => {
  world = await startExamples();
}, 240_000);
afterAll(() => world.stop());

describe('the examples, against a twin of the example app', () => {
  it('examples/backend-service keeps a note with the credentials of the person it serves', async () => {
    const service = await world.serve('examples/backend-service/server.ts', {});
    const authorization = `Bearer ${await signIn('ada')}`;
    const put = await fetch(service, { method: 'PUT', headers: { authorization }, body: 'tea' });
    expect(put.status).toBe(204);
    expect(await (await fetch(service, { headers: { authorization } })).text()).toBe('tea');
    const refused = await fetch(service, {
      headers: { authorization: `Bearer ${await signIn('eve')}` },
    });
    expect(refused.status).toBe(403);
    expect((await fetch(service)).status).toBe(403);
  });

  it('examples/lambda-function writes with its caller’s role, and has none of its own', async () => {
    const token = await signIn('ada');
    const invoke = (caller: string) =>
      world.run('test/support/invoke-function.ts', { TOKEN: caller, BODY: 'coffee' });
    expect(JSON.parse(await invoke(token))).toEqual({ statusCode: 204 });
    expect(await textIn(await identityIdOf(token))).toBe('coffee');
    expect(JSON.parse(await invoke(await signIn('eve')))).toMatchObject({ statusCode: 403 });
  });

  it('examples/batch-job reads for each person, with nobody there, and is refused the others', async () => {
    const token = await signIn('ada');
    const identityId = await identityIdOf(token);
    const ada = { subject: `staff:${subOf(token)}`, identityId };
    const eve = { subject: `staff:${subOf(await signIn('eve'))}`, identityId };
    const { UserPoolClient } = (await world.twin.call('cognito-idp', 'DescribeUserPoolClient', {
      UserPoolId: world.twin.outputs['AcmePeople']?.['UserPoolId'],
      ClientId: world.clientIdOf('nightly'),
    })) as { UserPoolClient: { ClientSecret: string } };
    const printed = await world.run('examples/batch-job/job.ts', {
      CLIENT_ID: world.clientIdOf('nightly'),
      CLIENT_SECRET: UserPoolClient.ClientSecret,
      PEOPLE: JSON.stringify([eve, ada]),
    });
    expect(
      printed
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      { subject: eve.subject, refused: 'denied' },
      { subject: ada.subject, characters: 6 },
    ]);
  });

  describe('examples/spa', () => {
    const settings = () => ({
      authorizationEndpoint: world.twin.authorizationEndpoint,
      tokenEndpoint: world.twin.tokenEndpoint,
      clientId: world.clientIdOf('spa'),
      redirectUri: 'http://localhost:5173/',
    });
    /** What a browser does between the two halves: fills in the form, and is sent back. */
    const passPage = async (url: string, username: string): Promise<Response> => {
      expect(await (await fetch(url)).text()).toContain('type="password"');
      return fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ username, password }).toString(),
      });
    };

    it('signs in with PKCE and gets credentials through the broker, from its origin', async () => {
      const started = await startSignIn(settings());
      const back = await passPage(started.url, 'ada');
      const address = back.headers.get('location') ?? '';
      expect(address).toMatch(/^http:\/\/localhost:5173\/\?code=/);
      const idToken = await finishSignIn(settings(), started, address);
      const session = await obtainSession(world.twin.api, idToken, 'own-files');
      expect(session.credentials.accessKeyId).toMatch(/^ASIA/);
      expect(session.identityId).toBe(await identityIdOf(await signIn('ada')));
      const preflight = await fetch(`${world.twin.api}/v1/credentials`, {
        method: 'OPTIONS',
        headers: {
          origin: 'http://localhost:5173',
          'access-control-request-method': 'POST',
        },
      });
      expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    });

    it('redeems a code once, with its own verifier and for its own question only', async () => {
      const started = await startSignIn(settings());
      const back = await passPage(started.url, 'ada');
      const address = back.headers.get('location') ?? '';
      const other = await startSignIn(settings());
      await expect(finishSignIn(settings(), other, address)).rejects.toThrow('no answer to us');
      const stolen = { state: started.state, verifier: other.verifier };
      await expect(finishSignIn(settings(), stolen, address)).rejects.toThrow('not accepted');
      await expect(finishSignIn(settings(), started, address)).rejects.toThrow('not accepted');
    });

    it('is sent nowhere but to the addresses of its client, and with S256 only', async () => {
      const { url } = await startSignIn(settings());
      for (const [name, value] of [
        ['redirect_uri', 'http://localhost:5173/elsewhere'],
        ['code_challenge_method', 'plain'],
        ['client_id', world.clientIdOf('nightly')],
      ] as const) {
        const changed = new URL(url);
        changed.searchParams.set(name, value);
        expect((await fetch(changed, { redirect: 'manual' })).status).toBe(400);
      }
    });

    it('bundles for browsers', async () => {
      const { outputFiles } = await build({
        absWorkingDir: join(import.meta.dirname, '../..'),
        entryPoints: ['examples/spa/src/main.tsx'],
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'browser',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        logLevel: 'silent',
      });
      expect(outputFiles[0]?.text).toContain('code_challenge');
    });
  });
});
