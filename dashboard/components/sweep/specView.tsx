'use client';
/** The sweep file as it was submitted. */
import { Copy } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { useNotify } from '@/components/ui/toast';

export function SpecView({ spec }: { spec: string }) {
  const notify = useNotify();
  const copy = async () => {
    await navigator.clipboard.writeText(spec);
    notify({ title: 'Copied' });
  };
  return (
    <Card
      title="As submitted"
      actions={
        <Button size="sm" variant="quiet" onClick={() => void copy()}>
          <Copy aria-hidden size={14} /> Copy
        </Button>
      }
    >
      <pre className="overflow-x-auto font-mono text-sm">{spec}</pre>
    </Card>
  );
}
