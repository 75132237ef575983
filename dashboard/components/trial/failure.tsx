/** Why a trial failed, with the last words of its trainer. */
import type { Attempt, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { CircleX } from 'lucide-react';
import { stateName } from '@/components/ui/stateName';

export function Failure({ trial, attempts }: { trial: TrialSummary; attempts: readonly Attempt[] }) {
  if (stateName(trial.state) !== 'FAILED') return null;
  const last = [...attempts].sort((a, b) => b.epoch - a.epoch)[0];
  return (
    <section role="alert" className="rounded-lg border border-bad bg-bad-soft p-4">
      <h2 className="flex items-center gap-2 font-semibold text-bad">
        <CircleX aria-hidden size={16} /> Failed for good
      </h2>
      <p className="mt-1">{trial.failureReason || last?.reason || 'The worker gave no reason.'}</p>
      {last?.exitCode !== undefined && <p className="text-muted text-sm">Exit code {last.exitCode}</p>}
      {last?.stderrTail && <StderrTail text={last.stderrTail} />}
    </section>
  );
}

export function StderrTail({ text }: { text: string }) {
  return (
    <pre className="mt-2 max-h-60 overflow-auto whitespace-pre-wrap rounded-md bg-surface p-3 font-mono text-xs">
      {text}
    </pre>
  );
}
