'use client';
/** A new sweep: a form and its file, side by side, checked by the coordinator while you type. */
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { useRouter } from 'next/navigation';
import { useMemo, useRef, useState } from 'react';
import { PageHeader } from '@/components/shell/page';
import { Card } from '@/components/ui/card';
import { useNotify } from '@/components/ui/toast';
import { postPatiently } from '@/live/fetchProblem';
import { newKey } from './idempotencyKey';
import { PlanBar, PlanDetails } from './planPanel';
import { type Change, openFile, withValues } from './sweepFile';
import { SweepForm } from './sweepForm';
import { usePlan } from './usePlan';
import type { Vocabulary } from './vocabulary';
import { YamlEditor } from './yamlEditor';

export function NewSweep({ start, vocabulary }: { start: string; vocabulary: Vocabulary }) {
  const [text, setText] = useState(start);
  const { root, error } = useOpened(text);
  const { planned, checking } = usePlan(text);
  const { submit, submitting } = useSubmit(text);
  const plan = planned.kind === 'plan' ? planned.plan : null;
  const parseErrors =
    plan?.reason === 'PARSE_ERROR' && !checking
      ? plan.violations.map((v) => v.message)
      : error
        ? [error.message]
        : [];
  const edit = (changes: readonly Change[]) => setText(withValues(text, changes));
  return (
    <>
      <PageHeader trail={[{ href: '/sweeps', title: 'Sweeps' }]} title="New sweep" />
      {/* On a phone one column, in which the count with the button stays in sight at the bottom. */}
      <div className="flex flex-col gap-4 lg:grid lg:grid-cols-[minmax(0,1fr)_minmax(22rem,34rem)] lg:items-start">
        <Card>
          {error && (
            <p role="status" className="mb-4 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
              The YAML does not parse at the moment. The form goes on when it does.
            </p>
          )}
          <SweepForm
            root={root}
            vocabulary={vocabulary}
            violations={plan?.violations ?? []}
            disabled={error !== null}
            onChange={edit}
          />
        </Card>
        <div className="contents lg:sticky lg:top-16 lg:block lg:space-y-3">
          <div className="sticky bottom-3 z-20 order-last lg:static">
            <PlanBar
              planned={planned}
              checking={checking}
              submitting={submitting}
              onSubmit={() => void submit()}
            />
          </div>
          <PlanDetails planned={planned} />
          <div>
            <YamlEditor text={text} onChange={setText} errors={parseErrors} errorLine={error?.line ?? null} />
            <p className="mt-1 text-muted text-xs">
              Form and YAML are one file: edit either. What the form does not know is kept; comments inside a
              value that the form rewrites are not.
            </p>
          </div>
        </div>
      </div>
    </>
  );
}

/** The file as plain values; while it does not parse, the last that did. */
function useOpened(text: string) {
  const last = useRef<Record<string, unknown>>({});
  return useMemo(() => {
    const opened = openFile(text);
    if (opened.ok) last.current = opened.root;
    return { root: last.current, error: opened.ok ? null : opened };
  }, [text]);
}

function useSubmit(text: string) {
  const [submitting, setSubmitting] = useState(false);
  const router = useRouter();
  const notify = useNotify();
  // One key for one text: a double click, or a retry after a lost answer, is the same sweep.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another sweep
  const key = useMemo(newKey, [text]);
  const submit = async () => {
    setSubmitting(true);
    const headers = { 'idempotency-key': key };
    const answer = await postPatiently<SweepSummary>(
      '/api/sweeps',
      { spec: text },
      {
        init: { headers },
        onWaiting: (problem) =>
          notify({ title: problem.title, detail: `${problem.detail} Retrying by itself.` }),
      },
    );
    if (answer.ok) return router.push(`/sweeps/${answer.value.sweepId}`);
    setSubmitting(false);
    const { title, detail, violations } = answer.problem;
    const first = violations[0];
    notify({ title, detail: first ? `${first.path}: ${first.message}` : detail, tone: 'bad' });
  };
  return { submit, submitting };
}
