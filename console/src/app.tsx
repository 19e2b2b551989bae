import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { addressOf, linkTo, type Address } from './address.ts';
import { readSession, signIn, signOut, type PageSession } from './broker.ts';
import { FindPage } from './pages/find-page.tsx';
import { GrantsPage } from './pages/grants-page.tsx';
import { ObjectPage } from './pages/object-page.tsx';
import { RecordPage } from './pages/record-page.tsx';
import { SearchPage } from './pages/search-page.tsx';
import { SessionPage } from './pages/session-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { SubjectPage } from './pages/subject-page.tsx';
import { Notice } from './parts/notice.tsx';

const useAddress = (): Address => {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => {
      setHash(location.hash);
      document.querySelector('main')?.focus();
    };
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('hashchange', follow);
    };
  }, []);
  return addressOf(hash);
};

/** The code of the command's address is used once and taken out of the address, so that no history keeps it. */
const takeCode = (): string | null => {
  const code = new URLSearchParams(location.search).get('code');
  if (code !== null) history.replaceState(null, '', location.pathname + location.hash);
  return code;
};

export const App = (): JSX.Element => {
  const address = useAddress();
  const [session, setSession] = useState<PageSession | null>(null);
  const [isLost, setIsLost] = useState(false);
  const refresh = async () => {
    try {
      setSession(await readSession());
    } catch {
      setIsLost(true);
    }
  };
  useEffect(() => {
    const code = takeCode();
    void (code === null ? Promise.resolve() : signIn({ code }).catch(() => undefined)).then(
      refresh,
    );
  }, []);
  if (isLost) {
    return <Notice title="The page cannot reach its server" detail="Is it still running?" />;
  }
  if (session === null) return <p class="quiet">Loading…</p>;
  if (!session.signedIn) return <SignInPage session={session} onSignedIn={refresh} />;
  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <Header session={session} address={address} onSignedOut={refresh} />
      <main id="content" tabIndex={-1}>
        <View address={address} scopes={session.scopes ?? []} />
      </main>
    </>
  );
};

const titles: Readonly<Record<string, string>> = {
  sessions: 'Session',
  issuances: 'Record',
  subjects: 'Subject',
  grants: 'Who can get what',
  objects: 'Object',
  find: 'Find',
};

const View = (props: {
  readonly address: Address;
  readonly scopes: readonly string[];
}): JSX.Element => {
  const { address, scopes } = props;
  const [view = '', id = ''] = address.path;
  useEffect(() => {
    document.title = `${titles[view] ?? 'Issuances'} ${id} · Stepkey audit`.replace('  ', ' ');
  }, [view, id]);
  if (view === 'sessions') return <SessionPage id={id} />;
  if (view === 'issuances') return <RecordPage id={id} />;
  if (view === 'subjects') {
    return <SubjectPage id={id} canRevoke={scopes.includes('stepkey/revoke')} />;
  }
  if (view === 'grants') return <GrantsPage />;
  if (view === 'objects') return <ObjectPage object={address.query.get('object') ?? ''} />;
  if (view === 'find') return <FindPage id={id} name={address.query.get('name')} />;
  return <SearchPage query={address.query} />;
};

const Header = (props: {
  readonly session: PageSession;
  readonly address: Address;
  readonly onSignedOut: () => Promise<void>;
}): JSX.Element => {
  const view = props.address.path[0] ?? '';
  const link = (name: string, label: string) => (
    <a href={linkTo(name === '' ? [] : [name])} aria-current={view === name ? 'page' : undefined}>
      {label}
    </a>
  );
  return (
    <header>
      <strong>Stepkey audit</strong>
      <nav aria-label="Views">
        {link('', 'Issuances')}
        {link('grants', 'Who can get what')}
      </nav>
      <span class="who">
        {props.session.who}
        {props.session.canSignOut === true && (
          <button
            type="button"
            class="plain"
            onClick={() => {
              void signOut().then(props.onSignedOut);
            }}
          >
            Sign out
          </button>
        )}
      </span>
    </header>
  );
};
