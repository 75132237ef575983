'use client';
/** What the sweep would run, live: counts, strata, warnings, what no field could show; and the button. */
import type { StratumPlan, SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { CircleAlert, Info, LoaderCircle } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Loss } from '@/components/ui/lossMark';
import { formatCount } from '@/format/number';
import type { Planned } from './usePlan';
import { unclaimed } from './violations';
import { FIELD_PATHS } from './vocabulary';

type PlanPanelProps = {
  planned: Planned;
  checking: boolean;
  submitting: boolean;
  onSubmit: () => void;
};

export function PlanPanel({ planned, checking, submitting, onSubmit }: PlanPanelProps) {
  const plan = planned.kind === 'plan' ? planned.plan : null;
  const canSubmit = plan !== null && plan.violations.length === 0 && !checking && !submitting;
  return (
    <section aria-label="What would run" className="rounded-lg border border-line bg-surface p-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Counts plan={plan} checking={checking} />
        <Button variant="primary" disabled={!canSubmit} onClick={onSubmit}>
          {submitting && <LoaderCircle aria-hidden size={14} className="animate-spin" />}
          Submit sweep
        </Button>
      </div>
      {planned.kind === 'problem' && (
        <p role="alert" className="mt-3 text-bad text-sm">
          {planned.problem.title}. {planned.problem.detail}
        </p>
      )}
      {plan && plan.violations.length === 0 && <Strata strata={plan.strata} />}
      {plan && <Refusals plan={plan} />}
      {plan && plan.warnings.length > 0 && (
        <ul className="mt-3 space-y-1 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
          {plan.warnings.map(({ path, message }) => (
            <li key={`${path} ${message}`} className="flex gap-2">
              <Info aria-hidden size={14} className="mt-0.5 shrink-0" />
              <span className="min-w-0">
                {path && <span className="font-mono text-xs">{path}: </span>}
                {message}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Counts({ plan, checking }: { plan: SweepPlan | null; checking: boolean }) {
  const isRefused = plan !== null && plan.violations.length > 0;
  return (
    <div aria-live="polite" className={checking ? 'opacity-60' : ''} data-checking={checking}>
      {plan === null || isRefused ? (
        <p className="text-muted">
          {isRefused
            ? `${formatCount(plan.violations.length)} ${plan.violations.length === 1 ? 'thing' : 'things'} to mend`
            : 'Counting…'}
        </p>
      ) : (
        <p className="tabular">
          <span className="font-semibold text-2xl">{formatCount(plan.runs)}</span> runs
          <span className="text-muted"> of {formatCount(plan.configurations)} configurations</span>
        </p>
      )}
    </div>
  );
}

function Strata({ strata }: { strata: readonly StratumPlan[] }) {
  return (
    <ul className="mt-3 max-h-40 space-y-1 overflow-y-auto text-sm">
      {strata.map(({ dataset, model, loss, runs }) => (
        <li key={`${dataset} ${model} ${loss}`} className="flex items-baseline justify-between gap-3">
          <span className="flex min-w-0 flex-wrap gap-x-2">
            <Loss loss={loss} />
            <span className="text-muted">
              {model} · {dataset}
            </span>
          </span>
          <span className="tabular whitespace-nowrap">{formatCount(runs)} runs</span>
        </li>
      ))}
    </ul>
  );
}

/** Refusals of what the form has no field for; a text that does not parse is said under the text. */
function Refusals({ plan }: { plan: SweepPlan }) {
  const rest = plan.reason === 'PARSE_ERROR' ? [] : unclaimed(plan.violations, FIELD_PATHS);
  if (rest.length === 0) return null;
  return (
    <ul role="alert" className="mt-3 space-y-1 rounded-md bg-bad-soft px-3 py-2 text-bad text-sm">
      {rest.map(({ path, message }) => (
        <li key={`${path} ${message}`} className="flex gap-2">
          <CircleAlert aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span className="min-w-0">
            {path && <span className="font-mono text-xs">{path}: </span>}
            {message}
          </span>
        </li>
      ))}
    </ul>
  );
}
