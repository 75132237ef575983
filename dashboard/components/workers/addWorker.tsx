'use client';
/** How to start one more worker: on this machine, or on another with a token of its own, made here and shown once. */
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useChange } from '@/components/actions/useChange';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input } from '@/components/ui/field';
import { Select } from '@/components/ui/select';
import { CopyText } from './copyText';

const LOCAL = 'npx adt worker --slots 1';

const LIFETIMES = [
  { value: '1', label: 'a day' },
  { value: '30', label: '30 days' },
  { value: '365', label: 'a year' },
];

export function AddWorker({ coordinator }: { coordinator: string | null }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden size={14} /> Add worker
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Add a worker"
        description={
          <div className="space-y-4">
            <div>
              <h3 className="font-medium text-fg text-sm">On the machine of the platform</h3>
              <p className="mb-1 text-sm">In its folder; Ctrl-C hands unfinished trainings back.</p>
              <CopyText label="Command for this machine" text={LOCAL} />
            </div>
            <div>
              <h3 className="font-medium text-fg text-sm">On another machine</h3>
              {coordinator === null ? (
                <p className="text-sm">
                  The platform listens on its own machine alone, so no other can reach it. To work across
                  machines, start it as deploy/cluster/README.md says; then this dialog makes the worker’s
                  token.
                </p>
              ) : (
                <Remote coordinator={coordinator} />
              )}
            </div>
          </div>
        }
        actions={<Button onClick={() => setOpen(false)}>Done</Button>}
      />
    </>
  );
}

function Remote({ coordinator }: { coordinator: string }) {
  const [name, setName] = useState('');
  const [days, setDays] = useState('30');
  const [token, setToken] = useState<string | null>(null);
  const { change, busy } = useChange<{ token: string }>({
    url: '/api/workers/tokens',
    done: () => null,
    onDone: (reply) => setToken(reply.token),
  });
  if (token !== null) {
    const command = `ADT_TOKEN='${token}' npx adt worker --coordinator ${coordinator} --slots 1`;
    return (
      <>
        <p className="mb-1 text-sm">
          The token is shown this once, speaks for {name} alone, and can be revoked:{' '}
          <code className="font-mono">npx adt worker token revoke {name}</code>.
        </p>
        <CopyText label="Command for the other machine" text={command} />
      </>
    );
  }
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void change({ name, days: Number(days) });
      }}
    >
      <Field label="Name of the worker" className="min-w-40 flex-1">
        {(control) => (
          <Input
            {...control}
            name="name"
            required
            pattern="[a-z0-9]([a-z0-9\-]{0,38}[a-z0-9])?"
            title="1 to 40 of a-z 0-9 -"
            placeholder="gpu-box-1"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Token holds for">
        {(control) => (
          <Select
            {...control}
            options={LIFETIMES}
            value={days}
            onChange={(event) => setDays(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" disabled={busy}>
        Make token
      </Button>
    </form>
  );
}
