'use client';
/** Takes the verdicts along: LaTeX, CSV and JSON from the coordinator, PNG and SVG of the matrix as it is seen. */
import { Download } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import { useRef } from 'react';
import { tokenColour } from '@/components/plots/colours';
import type { ChartDrawing, ColourOf } from '@/components/plots/drawing';
import { savePng, saveText } from '@/components/plots/saveChart';
import { Button } from '@/components/ui/button';
import { useNotify } from '@/components/ui/toast';

const FILES = [
  { format: 'table3', title: 'LaTeX, as the paper’s Table 3 with RI' },
  { format: 'latex', title: 'LaTeX, scores and tests' },
  { format: 'csv', title: 'CSV, a line a comparison' },
  { format: 'json', title: 'JSON, everything' },
] as const;

type ExportMenuProps = {
  sweepId: number;
  metric: string;
  draw: (colourOf: ColourOf) => ChartDrawing;
};

const ITEM =
  'block w-full cursor-pointer rounded-sm px-2.5 py-1.5 text-left text-sm outline-none data-[highlighted]:bg-sunken';

export function ExportMenu({ sweepId, metric, draw }: ExportMenuProps) {
  const trigger = useRef<HTMLButtonElement>(null);
  const notify = useNotify();
  const drawn = (): ChartDrawing =>
    draw((variable) => (trigger.current === null ? 'currentColor' : tokenColour(trigger.current, variable)));
  const name = `sweep-${sweepId}-verdict`;
  const failed = () =>
    notify({
      title: 'The picture could not be made',
      detail: 'The browser refused to draw it. Export SVG instead.',
      tone: 'bad',
    });
  return (
    <Radix.Root>
      <Radix.Trigger asChild>
        <Button ref={trigger} size="sm">
          <Download aria-hidden size={14} />
          Export
        </Button>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={4}
          className="z-50 min-w-64 rounded-md border border-line bg-surface p-1 shadow-pop"
        >
          {FILES.map(({ format, title }) => (
            <Radix.Item key={format} asChild className={ITEM}>
              <a
                download
                href={`/api/sweeps/${sweepId}/verdict/export?format=${format}&metric=${encodeURIComponent(metric)}`}
              >
                {title}
              </a>
            </Radix.Item>
          ))}
          <Radix.Item className={ITEM} onSelect={() => saveText(`${name}.svg`, 'image/svg+xml', drawn().svg)}>
            SVG, the matrix
          </Radix.Item>
          <Radix.Item className={ITEM} onSelect={() => void savePng(`${name}.png`, drawn()).catch(failed)}>
            PNG, the matrix
          </Radix.Item>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
