'use client';
/** Views of one thing, one at a time; arrow keys move between them. */
import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

type TabsProps = { label: string; tabs: readonly { id: string; title: ReactNode; content: ReactNode }[] };

export function Tabs({ label, tabs }: TabsProps) {
  return (
    <Radix.Root defaultValue={tabs[0]?.id}>
      <Radix.List aria-label={label} className="mb-4 flex gap-4 overflow-x-auto border-line border-b">
        {tabs.map(({ id, title }) => (
          <Radix.Trigger
            key={id}
            value={id}
            className="-mb-px border-transparent border-b-2 pb-2 text-muted whitespace-nowrap hover:text-fg data-[state=active]:border-ink data-[state=active]:font-medium data-[state=active]:text-fg"
          >
            {title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map(({ id, content }) => (
        <Radix.Content key={id} value={id}>
          {content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
