'use client';
/** Asks how many seeds to add, says what that takes, and leads to the sweep that confirms them. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { newKey } from '@/components/newSweep/idempotencyKey';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input } from '@/components/ui/field';
import { useNotify } from '@/components/ui/toast';
import { formatCount } from '@/format/number';
import { postPatiently } from '@/live/fetchProblem';

const MOST = 100;

type AddSeedsProps = {
  sweepId: number;
  /** Text of the button. */
  label: string;
  /** Proposed. */
  count: number;
  /** Why so many. */
  hint: string;
  /** Losses, over all data sets and models: each is trained on every new seed. */
  arms: number;
  variant?: 'primary' | 'outline';
};

export function AddSeeds({ sweepId, label, count, hint, arms, variant = 'outline' }: AddSeedsProps) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(String(count));
  const { add, busy } = useAddSeeds(sweepId, text, () => setOpen(false));
  const seeds = Number(text);
  const isValid = /^\d{1,3}$/.test(text) && seeds >= 1 && seeds <= MOST;
  const show = () => {
    setText(String(count));
    setOpen(true);
  };
  return (
    <>
      <Button size="sm" variant={variant} onClick={show}>
        {label}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={label}
        description={
          <div className="space-y-3">
            <p>
              The configurations that validation chose are trained on seeds that nothing has used yet, the
              same for every loss. What is trained already is taken over, not run again.
            </p>
            <Field
              label="Seeds to add"
              hint={hint}
              errors={isValid ? [] : [`A whole number from 1 to ${MOST}.`]}
            >
              {(control) => (
                <Input
                  {...control}
                  inputMode="numeric"
                  className="max-w-28"
                  value={text}
                  onChange={(event) => setText(event.target.value.trim())}
                />
              )}
            </Field>
            {isValid && arms > 0 && (
              <p>
                {formatCount(seeds * arms)} trainings: {formatCount(seeds)} {seeds === 1 ? 'seed' : 'seeds'}{' '}
                for each of {formatCount(arms)} confirmed configurations.
              </p>
            )}
          </div>
        }
        actions={
          <>
            <Button onClick={() => setOpen(false)}>Not now</Button>
            <Button variant="primary" disabled={!isValid || busy} onClick={() => void add(seeds)}>
              Start
            </Button>
          </>
        }
      />
    </>
  );
}

function useAddSeeds(sweepId: number, text: string, done: () => void) {
  const [busy, setBusy] = useState(false);
  const router = useRouter();
  const notify = useNotify();
  // One key for one number: a double click, or a retry after a lost answer, is the same sweep.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another number is another sweep
  const key = useMemo(newKey, [sweepId, text]);
  const add = async (seeds: number) => {
    setBusy(true);
    const answer = await postPatiently<SweepSummary>(
      `/api/sweeps/${sweepId}/seeds`,
      { seeds },
      {
        init: { headers: { 'idempotency-key': key } },
        onWaiting: (problem) =>
          notify({ title: problem.title, detail: `${problem.detail} Retrying by itself.` }),
      },
    );
    setBusy(false);
    done();
    if (answer.ok) router.push(`/sweeps/${answer.value.sweepId}/verdict`);
    else notify({ title: answer.problem.title, detail: answer.problem.detail, tone: 'bad' });
  };
  return { add, busy };
}
