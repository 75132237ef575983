/** The frame around every signed-in page. */
import { cookies } from 'next/headers';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { KeyProvider } from '@/components/keyboard/keys';
import { Nav } from '@/components/shell/nav';
import { SignOut } from '@/components/shell/signOut';
import { readTheme, THEME_COOKIE } from '@/components/shell/theme';
import { ThemeToggle } from '@/components/shell/themeToggle';
import { Mark } from '@/components/shell/wordmark';
import { readSession } from '@/lib/session';

export default async function AppLayout({ children }: { children: ReactNode }) {
  // For comfort only: the data itself is guarded in lib/coordinator.
  if ((await readSession()).kind === 'closed') redirect('/login');
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <>
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-ink focus:px-3 focus:py-2 focus:text-on-ink"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-30 border-line border-b bg-surface">
        <div className="mx-auto flex h-12 max-w-[100rem] items-center gap-1 px-3 sm:gap-4 sm:px-6">
          <Link href="/sweeps" className="flex items-center gap-2 rounded-md font-semibold whitespace-nowrap">
            <Mark />
            <span className="sr-only sm:not-sr-only">ADT Search</span>
          </Link>
          <Nav />
          <div className="ml-auto flex items-center">
            <ThemeToggle initial={theme} />
            <SignOut />
          </div>
        </div>
      </header>
      <main id="content" className="mx-auto max-w-[100rem] px-3 py-5 sm:px-6 sm:py-6">
        <KeyProvider>{children}</KeyProvider>
      </main>
    </>
  );
}
