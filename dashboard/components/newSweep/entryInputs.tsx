'use client';
/** Inputs that keep what is being typed, and report what it means. */
import { type ComponentProps, useState } from 'react';
import { Input } from '@/components/ui/field';
import { type Entry, parseEntries, parseEntry } from './sweepFile';

type Rest = Omit<ComponentProps<'input'>, 'value' | 'onChange'>;

type DraftParams<Value> = {
  value: Value;
  toText: (value: Value) => string;
  parse: (text: string) => Value;
  onChange: (value: Value) => void;
};

/** "0.1," means the same as "0.1" but must not lose its comma under the fingers. */
function useDraft<Value>({ value, toText, parse, onChange }: DraftParams<Value>) {
  const [draft, setDraft] = useState(() => toText(value));
  const meansTheSame = toText(parse(draft)) === toText(value);
  const text = meansTheSame ? draft : toText(value);
  return {
    value: text,
    onChange: (event: { target: { value: string } }) => {
      setDraft(event.target.value);
      onChange(parse(event.target.value));
    },
  };
}

type EntryListProps = Rest & { value: readonly Entry[]; onChange: (value: Entry[]) => void };

export function EntryListInput({ value, onChange, ...rest }: EntryListProps) {
  const draft = useDraft({
    value: [...value],
    toText: (entries) => entries.join(', '),
    parse: parseEntries,
    onChange,
  });
  return <Input inputMode="text" {...rest} {...draft} />;
}

type EntryProps = Rest & { value: Entry | null; onChange: (value: Entry | null) => void };

export function EntryInput({ value, onChange, ...rest }: EntryProps) {
  const draft = useDraft<Entry | null>({
    value,
    toText: (entry) => (entry === null ? '' : String(entry)),
    parse: (text) => (text.trim() === '' ? null : parseEntry(text.trim())),
    onChange,
  });
  return <Input inputMode="decimal" {...rest} {...draft} />;
}
