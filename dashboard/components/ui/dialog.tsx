'use client';
/** A modal question: focus stays inside, Escape closes, the page behind is inert. */
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  /** Buttons, the safe one first. */
  actions: ReactNode;
};

export function Dialog({ open, onOpenChange, title, description, actions }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content className="-translate-x-1/2 -translate-y-1/2 fixed top-1/2 left-1/2 z-50 w-[min(28rem,calc(100vw-2rem))] rounded-lg border border-line bg-surface p-5 shadow-pop">
          <Radix.Title className="pr-8 font-semibold text-lg">{title}</Radix.Title>
          <Radix.Description asChild>
            <div className="mt-2 text-muted">{description}</div>
          </Radix.Description>
          <div className="mt-5 flex flex-wrap justify-end gap-2">{actions}</div>
          <Radix.Close
            aria-label="Close"
            className="absolute top-4 right-4 rounded-sm p-1 text-muted hover:bg-sunken hover:text-fg"
          >
            <X aria-hidden size={16} />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
