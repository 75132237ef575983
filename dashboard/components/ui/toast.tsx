'use client';
/** Short notes on what an action did; they leave by themselves and are announced. */
import clsx from 'clsx';
import { Toast as Radix } from 'radix-ui';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

type Note = { id: number; title: string; detail: string; tone: 'plain' | 'bad' };
type Notify = (note: { title: string; detail?: string; tone?: Note['tone'] }) => void;

const NotifyContext = createContext<Notify>(() => undefined);

export function useNotify(): Notify {
  return useContext(NotifyContext);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [notes, setNotes] = useState<Note[]>([]);
  const notify = useCallback<Notify>(({ title, detail = '', tone = 'plain' }) => {
    setNotes((before) => [...before, { id: (before.at(-1)?.id ?? 0) + 1, title, detail, tone }]);
  }, []);
  const drop = (id: number) => setNotes((before) => before.filter((note) => note.id !== id));
  return (
    <NotifyContext.Provider value={notify}>
      <Radix.Provider duration={6_000}>
        {children}
        {notes.map(({ id, title, detail, tone }) => (
          <Radix.Root
            key={id}
            onOpenChange={(open) => open || drop(id)}
            className={clsx(
              'rounded-md border bg-surface px-4 py-3 shadow-pop',
              tone === 'bad' ? 'border-bad' : 'border-line',
            )}
          >
            <Radix.Title className={clsx('font-medium', tone === 'bad' && 'text-bad')}>{title}</Radix.Title>
            {detail && <Radix.Description className="text-muted text-sm">{detail}</Radix.Description>}
          </Radix.Root>
        ))}
        <Radix.Viewport className="fixed right-4 bottom-4 z-50 flex w-[min(22rem,calc(100vw-2rem))] flex-col gap-2" />
      </Radix.Provider>
    </NotifyContext.Provider>
  );
}
