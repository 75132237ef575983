'use client';
/** A line to copy: selected by a click, copied by its button where the browser lets it. */
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';

export function CopyText({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without TLS there is no clipboard: the text can be selected all the same.
      setCopied(false);
    }
  };
  const Icon = copied ? Check : Copy;
  return (
    <div className="flex items-start gap-2">
      <code className="min-w-0 flex-1 select-all break-all rounded-md bg-sunken px-2.5 py-1.5 font-mono text-fg text-xs">
        {text}
      </code>
      <Button size="sm" aria-label={`Copy: ${label}`} onClick={() => void copy()}>
        <Icon aria-hidden size={14} /> {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
