import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { obtainSession, type BrokerSession } from './credentials.ts';
import { finishSignIn, startSignIn, type SignInSettings } from './sign-in.ts';

/** `public/settings.json`: what the deployment is, no secrets. */
interface Settings extends SignInSettings {
  readonly api: string;
}

const waiting = 'stepkey-sign-in';

const App = ({ settings }: { readonly settings: Settings }) => {
  const [session, setSession] = useState<BrokerSession | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const started = sessionStorage.getItem(waiting);
    if (started === null || !location.search.includes('code=')) return;
    sessionStorage.removeItem(waiting);
    const address = location.href;
    // The code is of no use a second time; it need not stay in the history.
    history.replaceState(null, '', location.pathname);
    finishSignIn(settings, JSON.parse(started) as { state: string; verifier: string }, address)
      .then((idToken) => obtainSession(settings.api, idToken, 'own-files'))
      .then(setSession)
      .catch((error: unknown) => {
        setProblem((error as Error).message);
      });
  }, [settings]);
  const signIn = async () => {
    const { url, ...kept } = await startSignIn(settings);
    sessionStorage.setItem(waiting, JSON.stringify(kept));
    location.assign(url);
  };
  if (problem !== '') return <p role="alert">{problem}</p>;
  if (session === null) return <button onClick={() => void signIn()}>Sign in</button>;
  return (
    <p>
      Your files are below <code>private/{session.identityId}/</code>, until{' '}
      {session.credentials.expiration}.
    </p>
  );
};

const root = document.getElementById('app');
const settings = (await (await fetch('settings.json')).json()) as Settings;
if (root !== null) render(<App settings={settings} />, root);
