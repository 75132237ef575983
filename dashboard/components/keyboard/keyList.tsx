'use client';
/** The keys of this screen, and the switch that turns them off. */
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import type { KeyBinding } from './keys';

type KeyListProps = {
  /** Null: not asked for. */
  bindings: readonly KeyBinding[] | null;
  onClose: () => void;
  enabled: boolean;
  onEnabled: (on: boolean) => void;
};

export function KeyList({ bindings, onClose, enabled, onEnabled }: KeyListProps) {
  return (
    <Dialog
      open={bindings !== null}
      onOpenChange={(open) => open || onClose()}
      title="Keys"
      description={
        <>
          <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1.5">
            {[...(bindings ?? []), { key: '?', does: 'this list' }].map(({ key, does }) => (
              <div key={key} className="contents">
                <dt>
                  <kbd className="rounded-sm border border-line-strong bg-sunken px-1.5 font-mono text-fg text-xs">
                    {key}
                  </kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <label className="mt-4 flex items-center gap-2">
            <input type="checkbox" checked={enabled} onChange={({ target }) => onEnabled(target.checked)} />
            Single keys do something
          </label>
        </>
      }
      actions={<Button onClick={onClose}>Close</Button>}
    />
  );
}
