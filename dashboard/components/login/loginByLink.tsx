'use client';
/** Posts the code from the link's fragment, which no server ever logs, and goes on to the sweeps. */
import { useEffect, useState } from 'react';
import { Button } from '@/components/ui/button';
import { postPatiently } from '@/live/fetchProblem';

type Stage = 'checking' | 'waiting' | 'no code' | 'refused' | 'unreachable';

// A code works once; React may run an effect twice.
let posted: string | null = null;

/** @param signedIn a session is there already: no code, or one that is spent, keeps nobody out */
export function LoginByLink({ signedIn }: { signedIn: boolean }) {
  const [stage, setStage] = useState<Stage>('checking');
  useEffect(() => {
    const follow = () => {
      if (signedIn && location.hash.length < 2) location.replace('/sweeps');
      else void signInByFragment(setStage, signedIn);
    };
    follow();
    // A second link pasted into the same tab changes the fragment only.
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, [signedIn]);
  return <div aria-live="polite">{CONTENT[stage]}</div>;
}

async function signInByFragment(setStage: (stage: Stage) => void, signedIn: boolean): Promise<void> {
  const code = decodeURIComponent(location.hash.slice(1));
  if (code === '') {
    if (posted === null) setStage('no code');
    return;
  }
  if (code === posted) return;
  posted = code;
  setStage('checking');
  const answer = await postPatiently('/api/login', { code }, { onWaiting: () => setStage('waiting') });
  // The code is spent: neither history nor a screenshot needs it.
  history.replaceState(null, '', '/login');
  const isSpent = !answer.ok && answer.problem.status === 401;
  if (answer.ok || (isSpent && signedIn)) location.replace('/sweeps');
  else setStage(isSpent ? 'refused' : 'unreachable');
}

const NEW_LINK = (
  <>
    Get a new one in the folder of the platform:
    <code className="mt-2 block select-all rounded-md bg-sunken px-3 py-2 font-mono text-fg">
      npx adt login
    </code>
  </>
);

const CONTENT: Record<Stage, React.ReactNode> = {
  checking: <p className="text-muted">Signing in…</p>,
  waiting: <p className="text-muted">The platform is busy or starting. This page is retrying by itself.</p>,
  'no code': <div className="text-muted">You are signed out. A link signs you in. {NEW_LINK}</div>,
  refused: (
    <div role="alert" className="text-muted">
      <p className="mb-1 font-medium text-bad">This link no longer works.</p>A link signs in once, within 24
      hours, and dies when the platform restarts. {NEW_LINK}
    </div>
  ),
  unreachable: (
    <div role="alert" className="space-y-3 text-muted">
      <p>
        <span className="font-medium text-bad">The dashboard did not answer.</span> Is the platform running?
      </p>
      <Button onClick={() => location.reload()}>Try again</Button>
    </div>
  ),
};
