'use client';
/** The filter: its conditions as chips, and a form for one more. `/` goes there. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { Plus, X } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { useKeys } from '@/components/keyboard/keys';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { columnTitle } from './cells';
import { choicesOf, FIELD_IDS } from './columns';
import { opsOf, readTerm, termWords } from './terms';
import { MOST_TERMS, type Op, termText, type View } from './view';

type FilterBarProps = { view: View; sweep: SweepSummary; onChange: (part: Partial<View>) => void };

export function FilterBar({ view, sweep, onChange }: FilterBarProps) {
  const { filter } = view;
  const [field, setField] = useState('loss');
  const [op, setOp] = useState<Op>('in');
  const [text, setText] = useState('');
  const [error, setError] = useState<string | null>(null);
  const start = useRef<HTMLSelectElement>(null);
  useKeys([{ key: '/', does: 'filter', run: () => start.current?.focus() }]);

  const ops = opsOf(field);
  const known = ops.some(({ value }) => value === op) ? op : (ops[0]?.value ?? 'in');
  const choices = choicesOf(field, sweep);
  const takesValue = known !== 'set' && known !== 'unset';
  const add = (event: FormEvent) => {
    event.preventDefault();
    const read = readTerm(field, known, text, choices);
    setError(read.ok ? null : read.error);
    if (!read.ok) return;
    setText('');
    onChange({ filter: [...filter, read.term] });
  };
  const remove = (at: number) => onChange({ filter: filter.toSpliced(at, 1) });
  const titleOf = (id: string) => (id === 'phase' ? 'Phase' : columnTitle(id, sweep.metric));
  return (
    <form
      aria-label="Filter"
      onSubmit={add}
      className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-2.5 text-sm"
    >
      {filter.map((term, at) => (
        <span
          key={termText(term)}
          className="inline-flex h-7 max-w-full items-center gap-1 rounded-md bg-accent-soft pl-2 text-fg"
        >
          <span className="truncate">{termWords(term, titleOf(term.field))}</span>
          <button
            type="button"
            aria-label={`Remove ${termWords(term, titleOf(term.field))}`}
            className="rounded-sm p-1 text-muted hover:text-fg"
            onClick={() => remove(at)}
          >
            <X aria-hidden size={13} />
          </button>
        </span>
      ))}
      <Select
        ref={start}
        aria-label="Filter by"
        className="w-32 [&_select]:h-7"
        options={FIELD_IDS.map((id) => ({ value: id, label: titleOf(id) }))}
        value={field}
        onChange={({ target }) => setField(target.value)}
      />
      <Select
        aria-label="Condition"
        className="w-32 [&_select]:h-7"
        options={ops}
        value={known}
        onChange={({ target }) => setOp(ops.find(({ value }) => value === target.value)?.value ?? 'in')}
      />
      {takesValue && (
        <Input
          aria-label="Value"
          className="h-7! w-40!"
          list={choices === null ? undefined : 'filter-choices'}
          placeholder={choices === null ? 'value' : (choices[0] ?? 'value')}
          value={text}
          aria-invalid={error !== null || undefined}
          aria-describedby={error === null ? undefined : 'filter-error'}
          onChange={({ target }) => setText(target.value)}
        />
      )}
      {choices !== null && (
        <datalist id="filter-choices">
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
      <Button type="submit" size="sm" disabled={filter.length >= MOST_TERMS}>
        <Plus aria-hidden size={13} /> Add
      </Button>
      {filter.length > 0 && (
        <Button size="sm" variant="quiet" onClick={() => onChange({ filter: [] })}>
          Clear
        </Button>
      )}
      {error !== null && (
        <p id="filter-error" role="alert" className="text-bad">
          {error}
        </p>
      )}
    </form>
  );
}
