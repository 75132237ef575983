'use client';
/** The filter over the list of sweeps; the address holds it, so a link or a reload shows the same. */
import { Search } from 'lucide-react';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { Input } from '@/components/ui/field';
import { Segmented } from '@/components/ui/segmented';
import { formatCount } from '@/format/number';
import { FILTER_STATES, filterFrom, queryOf, type SweepFilter } from './sweepFilter';

export type FilterControl = {
  value: SweepFilter;
  set: (filter: SweepFilter) => void;
  clear: () => void;
};

export function useSweepFilter(): FilterControl {
  const params = useSearchParams();
  const [value, setValue] = useState(() => filterFrom(new URLSearchParams(params)));
  const set = (filter: SweepFilter) => {
    setValue(filter);
    // Not a navigation: nothing is to be fetched anew.
    window.history.replaceState(null, '', `${location.pathname}${queryOf(filter)}`);
  };
  return { value, set, clear: () => set({ text: '', state: null }) };
}

const ALL = 'ALL';

const STATES = [
  { value: ALL, label: 'All' },
  ...FILTER_STATES.map((value) => ({ value, label: value.charAt(0) + value.slice(1).toLowerCase() })),
];

type BarProps = { filter: FilterControl; shown: number; all: number };

export function SweepFilterBar({ filter: { value, set }, shown, all }: BarProps) {
  return (
    <search className="mb-3 flex flex-wrap items-center gap-2">
      <span className="relative block min-w-0 flex-1 sm:max-w-72">
        <Search aria-hidden size={14} className="-translate-y-1/2 absolute top-1/2 left-2.5 text-muted" />
        <Input
          type="search"
          aria-label="Filter sweeps"
          placeholder="Name, data set, model, loss"
          className="pl-8"
          value={value.text}
          onChange={(event) => set({ ...value, text: event.target.value })}
        />
      </span>
      <div className="max-w-full overflow-x-auto">
        <Segmented
          label="State"
          options={STATES}
          value={value.state ?? ALL}
          onChange={(state) =>
            set({ ...value, state: FILTER_STATES.find((known) => known === state) ?? null })
          }
        />
      </div>
      <p aria-live="polite" className="tabular text-muted text-sm">
        {shown === all ? `${formatCount(all)} sweeps` : `${formatCount(shown)} of ${formatCount(all)}`}
      </p>
    </search>
  );
}
