'use client';
/** Above the table: how many there are, grouping, heat map, columns, export, and what is selected. */
import type { MeasureTrialsReply } from '@adt/proto/gen/adt/v1/table';
import { Columns3, Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button, ButtonLink } from '@/components/ui/button';
import { formatCount } from '@/format/number';
import { columnTitle } from './cells';
import { toggleColumn } from './columnOrder';
import { COLUMNS } from './columns';
import { EXPORT_FORMATS } from './exportFormats';
import { compareAddress } from './selection';
import { defaultColumns, type View, viewQuery } from './view';

type TrialsToolbarProps = {
  sweepId: number;
  metric: string;
  view: View;
  searched: readonly string[];
  measured: MeasureTrialsReply;
  loading: boolean;
  chosen: ReadonlySet<number>;
  onChosen: (chosen: ReadonlySet<number>) => void;
  onChange: (part: Partial<View>) => void;
};

export function TrialsToolbar(props: TrialsToolbarProps) {
  const { sweepId, view, measured, chosen, onChosen, onChange } = props;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-4 py-2 text-sm">
      <p role="status" data-rows={measured.rows} className="tabular">
        {countText(view, measured)}
      </p>
      <Check label="Group seeds" on={view.groupSeeds} onChange={(groupSeeds) => onChange({ groupSeeds })} />
      <Check label="Heat map" on={view.heatMap} onChange={(heatMap) => onChange({ heatMap })} />
      {chosen.size > 0 && (
        <span className="flex items-center gap-2">
          <span className="tabular">{formatCount(chosen.size)} selected</span>
          <ButtonLink size="sm" href={compareAddress(sweepId, chosen)}>
            Compare
          </ButtonLink>
          <Button size="sm" variant="quiet" onClick={() => onChosen(new Set())}>
            Clear
          </Button>
        </span>
      )}
      <span className="ml-auto flex gap-2">
        <ColumnMenu {...props} />
        <ExportMenu {...props} />
      </span>
    </div>
  );
}

function countText({ groupSeeds, filter }: View, { rows, trials }: MeasureTrialsReply): string {
  const word = trials === 1 ? 'trial' : 'trials';
  const those = filter.length > 0 ? ' that fit' : '';
  if (!groupSeeds) return `${formatCount(rows)} ${word}${those}`;
  return `${formatCount(rows)} ${rows === 1 ? 'configuration' : 'configurations'} of ${formatCount(trials)} ${word}${those}`;
}

function Check({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="flex cursor-pointer items-center gap-1.5">
      <input type="checkbox" checked={on} onChange={({ target }) => onChange(target.checked)} />
      {label}
    </label>
  );
}

function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button size="sm">{trigger}</Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={12}
          className="z-40 max-h-[min(28rem,70vh)] min-w-44 overflow-auto rounded-md border border-line bg-surface p-1 text-sm shadow-pop"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  'flex cursor-pointer items-center gap-2 rounded-sm px-2 py-1 outline-none data-highlighted:bg-sunken';

function ColumnMenu({ view, metric, searched, onChange }: TrialsToolbarProps) {
  return (
    <Menu
      trigger={
        <>
          <Columns3 aria-hidden size={14} /> Columns
        </>
      }
    >
      {COLUMNS.filter(({ id }) => id !== 'number').map(({ id }) => (
        <DropdownMenu.CheckboxItem
          key={id}
          className={ITEM}
          checked={view.columns.includes(id)}
          onSelect={(event) => event.preventDefault()}
          onCheckedChange={() => onChange({ columns: toggleColumn(view.columns, id) })}
        >
          <span aria-hidden className="w-3 text-accent">
            {view.columns.includes(id) ? '✓' : ''}
          </span>
          {columnTitle(id, metric)}
        </DropdownMenu.CheckboxItem>
      ))}
      <DropdownMenu.Separator className="my-1 h-px bg-line" />
      <DropdownMenu.Item className={ITEM} onSelect={() => onChange({ columns: defaultColumns(searched) })}>
        The usual columns
      </DropdownMenu.Item>
    </Menu>
  );
}

function ExportMenu({ sweepId, view }: TrialsToolbarProps) {
  const address = (format: string) => {
    const query = viewQuery(view);
    query.set('cols', view.columns.join(','));
    query.set('format', format);
    return `/api/sweeps/${sweepId}/trials/export?${query}`;
  };
  return (
    <Menu
      trigger={
        <>
          <Download aria-hidden size={14} /> Export
        </>
      }
    >
      {EXPORT_FORMATS.map(({ id, title }) => (
        <DropdownMenu.Item key={id} asChild className={ITEM}>
          <a href={address(id)} download>
            {title}
          </a>
        </DropdownMenu.Item>
      ))}
    </Menu>
  );
}
