/** Where a login link leads; without a code it says how to get one. */
import type { Metadata } from 'next';
import { LoginByLink } from '@/components/login/loginByLink';
import { Mark } from '@/components/shell/wordmark';
import { readSession } from '@/lib/session';

export const metadata: Metadata = { title: 'Sign in' };

export default async function LoginPage() {
  const signedIn = (await readSession()).kind === 'open';
  return (
    <main className="grid min-h-dvh place-items-center px-4">
      <div className="w-full max-w-sm rounded-lg border border-line bg-surface p-6">
        <div className="mb-4 flex items-center gap-2 font-semibold text-lg">
          <Mark size={26} /> ADT Search
        </div>
        <LoginByLink signedIn={signedIn} />
      </div>
    </main>
  );
}
