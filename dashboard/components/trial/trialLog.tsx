'use client';
/** What the trainer said, attempt by attempt: the last lines of its log as its worker sent them. */
import type { Attempt } from '@adt/proto/gen/adt/v1/search';
import { useState } from 'react';
import { Card } from '@/components/ui/card';
import { Select } from '@/components/ui/select';

export function TrialLog({ attempts }: { attempts: readonly Attempt[] }) {
  const newestFirst = [...attempts].sort((a, b) => b.epoch - a.epoch);
  const [chosen, setChosen] = useState<number | null>(null);
  const shown = newestFirst.find(({ epoch }) => epoch === chosen) ?? newestFirst[0];
  if (shown === undefined) return null;
  return (
    <Card
      title="Log"
      actions={
        newestFirst.length > 1 && (
          <Select
            aria-label="Attempt whose log is shown"
            className="min-w-36"
            value={String(shown.epoch)}
            onChange={(event) => setChosen(Number(event.target.value))}
            options={newestFirst.map(({ epoch }) => ({ value: String(epoch), label: `Attempt ${epoch}` }))}
          />
        )
      }
    >
      {shown.stderrTail === '' ? (
        <p className="text-muted text-sm">{whyEmpty(shown)}</p>
      ) : (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={`Log of attempt ${shown.epoch}`}
          className="max-h-96 overflow-auto rounded-md bg-sunken p-3"
        >
          <pre className="whitespace-pre-wrap font-mono text-xs">{shown.stderrTail}</pre>
        </section>
      )}
    </Card>
  );
}

function whyEmpty({ outcome }: Attempt): string {
  if (outcome === '') return 'The log comes when the attempt ends. Until then its curves say how it goes.';
  if (outcome === 'LOST') return 'The worker went away before it could send the log.';
  return 'The trainer said nothing.';
}
