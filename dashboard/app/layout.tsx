/** The document: theme from the cookie, so that nothing flashes, and the providers every page needs. */
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { StyleNonce } from '@/components/shell/styleNonce';
import { readTheme, THEME_COOKIE } from '@/components/shell/theme';
import { ToastProvider } from '@/components/ui/toast';
import { TooltipProvider } from '@/components/ui/tooltip';
import './theme.css';

export const metadata: Metadata = {
  title: { default: 'ADT Search', template: '%s · ADT Search' },
  description: 'Hyper-parameter search for Adaptive Denoising Training',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f7f5' },
    { media: '(prefers-color-scheme: dark)', color: '#101113' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value);
  // Reading a header also keeps every page dynamic: a prerendered one could not carry the script nonce.
  const nonce = (await headers()).get('x-nonce') ?? '';
  return (
    <html lang="en" data-theme={theme === 'system' ? undefined : theme}>
      <body>
        <StyleNonce nonce={nonce} />
        <TooltipProvider delayDuration={250}>
          <ToastProvider>{children}</ToastProvider>
        </TooltipProvider>
      </body>
    </html>
  );
}
