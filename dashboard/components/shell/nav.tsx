'use client';
/** The main places; the current one is marked for eyes and for screen readers. */
import clsx from 'clsx';
import { Cpu, Database, FlaskConical } from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';

const PLACES = [
  { href: '/sweeps', title: 'Sweeps', Icon: FlaskConical, also: '/trials' },
  { href: '/datasets', title: 'Data sets', Icon: Database, also: '/datasets' },
  { href: '/workers', title: 'Workers', Icon: Cpu, also: '/workers' },
] as const;

export function Nav() {
  const path = usePathname();
  return (
    <nav aria-label="Main" className="flex min-w-0 items-center gap-0.5">
      {PLACES.map(({ href, title, Icon, also }) => {
        const isHere = path.startsWith(href) || path.startsWith(also);
        return (
          <Link
            key={href}
            href={href}
            aria-current={isHere ? 'page' : undefined}
            className={clsx(
              'flex items-center gap-1.5 rounded-md px-2.5 py-1.5 text-sm whitespace-nowrap',
              isHere ? 'bg-sunken font-medium' : 'text-muted hover:text-fg',
            )}
          >
            <Icon aria-hidden size={15} className="hidden sm:block" />
            {title}
          </Link>
        );
      })}
    </nav>
  );
}
