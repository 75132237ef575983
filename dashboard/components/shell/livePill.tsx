/** Whether what you see is current. */
import clsx from 'clsx';
import { Tooltip } from '@/components/ui/tooltip';
import type { LiveStatus } from '@/live/feed';

const LOOKS = {
  connecting: { dot: 'bg-queued', text: 'Connecting to live updates.' },
  live: { dot: 'bg-succeeded', text: 'Changes appear as they happen.' },
  delayed: { dot: 'bg-pruned', text: 'Changes arrive late: the coordinator or the network is busy.' },
  reconnecting: { dot: 'bg-failed', text: 'Connection lost; trying again. What you see may be out of date.' },
} as const satisfies Record<LiveStatus, { dot: string; text: string }>;

export function LivePill({ status }: { status: LiveStatus }) {
  return (
    <Tooltip content={LOOKS[status].text}>
      <button
        type="button"
        aria-live="polite"
        data-live={status}
        className="inline-flex cursor-default items-center gap-1.5 rounded-full border border-line px-2 text-muted text-xs leading-5"
      >
        <span
          aria-hidden
          className={clsx('size-1.5 rounded-full', LOOKS[status].dot, status === 'live' && 'animate-pulse')}
        />
        {status}
      </button>
    </Tooltip>
  );
}
