'use client';
/** A new sweep: a form and its file, side by side, checked by the coordinator while you type. */
import { useMemo, useRef } from 'react';
import { PageHeader } from '@/components/shell/page';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { useDraft } from './draft';
import { PlanBar, PlanDetails } from './planPanel';
import { type Change, openFile, withValues } from './sweepFile';
import { SweepForm } from './sweepForm';
import { usePlan } from './usePlan';
import { useSubmit } from './useSubmit';
import type { Vocabulary } from './vocabulary';
import { YamlEditor } from './yamlEditor';

export type NewSweepProps = {
  /** What it begins with. */
  start: string;
  /** Names that beginning among the drafts of the tab. */
  draftName: string;
  vocabulary: Vocabulary;
  /** A sweep whose finished trainings are taken over; null: none. */
  extended: number | null;
};

export function NewSweep({ start, draftName, vocabulary, extended }: NewSweepProps) {
  const draft = useDraft(draftName, start);
  const { text, setText } = draft;
  const { root, error } = useOpened(text);
  const { planned, checking } = usePlan(text);
  const { submit, submitting } = useSubmit({ text, extended, onSubmitted: draft.forget });
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
      <PageHeader
        trail={[{ href: '/sweeps', title: 'Sweeps' }]}
        title="New sweep"
        note={
          extended === null ? undefined : (
            <>
              Extends sweep #{extended}: what that has trained is taken over, and only what is new runs. The
              forecast counts all of it.
            </>
          )
        }
      />
      {draft.restored && (
        <p
          role="status"
          className="mb-4 flex flex-wrap items-center justify-between gap-2 rounded-md border border-line bg-surface px-3 py-2 text-sm"
        >
          Your draft of this sweep was restored.
          <Button size="sm" onClick={draft.startOver}>
            Start over
          </Button>
        </p>
      )}
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
