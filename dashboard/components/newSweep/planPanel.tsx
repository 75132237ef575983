'use client';
/** What the sweep would run, live: the count with the button, and below it strata, refusals and warnings. */
import type { StratumPlan, SweepPlan } from '@adt/proto/gen/adt/v1/search';
import { CircleAlert, Info, LoaderCircle } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Loss } from '@/components/ui/lossMark';
import { formatCount } from '@/format/number';
import { ForecastLines } from './forecastLines';
import type { Planned } from './usePlan';
import { unclaimed } from './violations';
import { FIELD_PATHS } from './vocabulary';

type PlanBarProps = { planned: Planned; checking: boolean; submitting: boolean; onSubmit: () => void };

export function PlanBar({ planned, checking, submitting, onSubmit }: PlanBarProps) {
  const plan = planned.kind === 'plan' ? planned.plan : null;
  const canSubmit = plan !== null && plan.violations.length === 0 && !checking && !submitting;
  return (
    <section
      aria-label="What would run"
      className="flex items-center justify-between gap-3 rounded-lg border border-line bg-surface px-4 py-3"
    >
      <Counts plan={plan} checking={checking} />
      <Button variant="primary" disabled={!canSubmit} onClick={onSubmit}>
        {submitting && <LoaderCircle aria-hidden size={14} className="animate-spin" />}
        Submit sweep
      </Button>
    </section>
  );
}

function Counts({ plan, checking }: { plan: SweepPlan | null; checking: boolean }) {
  const refusals = plan?.violations.length ?? 0;
  const confirming = plan?.strata.reduce((sum, stratum) => sum + stratum.confirming, 0) ?? 0;
  return (
    <div aria-live="polite" className={checking ? 'opacity-60' : ''} data-checking={checking}>
      {plan === null && <p className="text-muted">Counting…</p>}
      {refusals > 0 && (
        <p className="text-bad">
          {formatCount(refusals)} {refusals === 1 ? 'thing' : 'things'} to mend
        </p>
      )}
      {plan !== null && refusals === 0 && (
        <p className="tabular">
          <span className="font-semibold text-xl">{formatCount(plan.runs)}</span>{' '}
          {plan.runs === 1 ? 'run' : 'runs'}
          <span className="text-muted">
            {' '}
            of {formatCount(plan.configurations)}{' '}
            {plan.configurations === 1 ? 'configuration' : 'configurations'}
          </span>
          {confirming > 0 && (
            <span className="block text-muted text-sm">
              {formatCount(confirming)} of them confirm on fresh seeds
            </span>
          )}
        </p>
      )}
      {plan?.forecast && refusals === 0 && <ForecastLines forecast={plan.forecast} />}
    </div>
  );
}

export function PlanDetails({ planned }: { planned: Planned }) {
  if (planned.kind === 'problem') {
    const { title, detail } = planned.problem;
    return <Notes tone="bad" notes={[{ path: '', message: `${title}. ${detail}` }]} />;
  }
  if (planned.kind === 'none') return null;
  const { plan } = planned;
  // A text that does not parse is said under the text.
  const rest = plan.reason === 'PARSE_ERROR' ? [] : unclaimed(plan.violations, FIELD_PATHS);
  return (
    <>
      {plan.violations.length === 0 && <Strata strata={plan.strata} />}
      <Notes tone="bad" notes={rest} />
      <Notes tone="warn" notes={plan.warnings} />
    </>
  );
}

function Strata({ strata }: { strata: readonly StratumPlan[] }) {
  return (
    <ul className="max-h-40 space-y-1 overflow-y-auto rounded-lg border border-line bg-surface px-4 py-3 text-sm">
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

const TONES = {
  bad: { look: 'bg-bad-soft text-bad', Icon: CircleAlert, role: 'alert' },
  warn: { look: 'bg-warn-soft text-warn', Icon: Info, role: undefined },
} as const;

type NotesProps = { tone: keyof typeof TONES; notes: readonly { path: string; message: string }[] };

function Notes({ tone, notes }: NotesProps) {
  if (notes.length === 0) return null;
  const { look, Icon, role } = TONES[tone];
  return (
    <ul role={role} className={`space-y-1 rounded-lg px-4 py-3 text-sm ${look}`}>
      {notes.map(({ path, message }) => (
        <li key={`${path} ${message}`} className="flex gap-2">
          <Icon aria-hidden size={14} className="mt-0.5 shrink-0" />
          <span className="min-w-0">
            {path && <span className="font-mono text-xs">{path}: </span>}
            {message}
          </span>
        </li>
      ))}
    </ul>
  );
}
