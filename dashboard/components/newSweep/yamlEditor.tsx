'use client';
/** The sweep file as text, with line numbers and the line that does not parse. */
import clsx from 'clsx';
import { useId, useRef } from 'react';
import { ErrorList } from '@/components/ui/field';

type YamlEditorProps = {
  text: string;
  onChange: (text: string) => void;
  errors: readonly string[];
  /** Counted from 1. */
  errorLine: number | null;
};

export function YamlEditor({ text, onChange, errors, errorLine }: YamlEditorProps) {
  const id = useId();
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split('\n').length;
  return (
    <div>
      <label htmlFor={id} className="sr-only">
        Sweep file, YAML
      </label>
      <div
        className={clsx(
          'flex overflow-hidden rounded-md border bg-surface font-mono text-sm leading-5',
          'focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2',
          errors.length > 0 ? 'border-bad' : 'border-line-strong',
        )}
      >
        <div
          ref={gutter}
          aria-hidden
          className="h-[26rem] select-none overflow-hidden bg-sunken px-2 py-2.5 text-right text-muted"
        >
          {Array.from({ length: lines }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line number is its place
            <div key={at} className={at + 1 === errorLine ? 'font-semibold text-bad' : undefined}>
              {at + 1}
            </div>
          ))}
          {/* As far as the text can scroll beyond its last line. */}
          <div className="h-8" />
        </div>
        <textarea
          id={id}
          name="yaml"
          value={text}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          aria-invalid={errors.length > 0 || undefined}
          aria-describedby={`${id}-errors`}
          className="h-[26rem] min-w-0 flex-1 resize-none overflow-auto bg-transparent px-3 py-2.5 outline-none"
          onChange={(event) => onChange(event.target.value)}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      <div id={`${id}-errors`} className="mt-1 text-xs">
        <ErrorList errors={errors} />
      </div>
    </div>
  );
}
