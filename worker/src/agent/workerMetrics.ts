/** What a worker counts and shows: its slots, its trials, its spool, and whether it has work to take. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from '../metrics/registry.js';

/** Seconds; from a training of one epoch to one of days. */
const TRIAL_BUCKETS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400] as const;

export class WorkerMetrics {
  readonly registry = new Registry();
  /** Set once the coordinator knows this worker, and cleared when it drains. */
  registered = false;
  #busy = 0;

  readonly #trials = this.registry.counter(
    'adt_worker_trials_total',
    'Attempts that ended here, by outcome.',
    [],
  );
  readonly #seconds = this.registry.histogram(
    'adt_worker_trial_seconds',
    'An attempt, from claim to end.',
    TRIAL_BUCKETS,
  );
  readonly #points = this.registry.counter('adt_worker_points_total', 'Metric points that trainings made.');
  readonly #refusals = this.registry.counter(
    'adt_worker_refusals_total',
    'Calls that the coordinator refused or did not answer, by kind.',
    [],
  );

  /** @param params.spoolFolder its files are what the coordinator has not acked, and what is still open */
  constructor(params: { slots: number; spoolFolder: string }) {
    const { registry } = this;
    registry.gauge('adt_worker_registered', '1 while it takes trials.', () => (this.registered ? 1 : 0));
    registry.gauge('adt_worker_slots', 'Trials that it may train at once.', () => params.slots);
    registry.gauge('adt_worker_slots_busy', 'Trials that it trains now.', () => this.#busy);
    registry.gauge('adt_worker_spool_bytes', 'Points on disk.', () => bytesIn(params.spoolFolder));
  }

  /** A claimed trial occupies a slot until the returned function is called. */
  begin(): () => void {
    const began = performance.now();
    this.#busy += 1;
    return () => {
      this.#busy -= 1;
      this.#seconds.observe((performance.now() - began) / 1_000);
    };
  }

  /** @param outcome as on the wire, or a word of ours */
  ended(outcome: string): void {
    this.#trials.add({ outcome: outcome.replace(/^OUTCOME_/, '') });
  }

  made(points: number): void {
    this.#points.add({}, points);
  }

  refused(kind: string): void {
    this.#refusals.add({ kind });
  }
}

/** A file that goes away meanwhile counts nothing. */
function bytesIn(folder: string): number {
  try {
    return readdirSync(folder).reduce((sum, name) => {
      return sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
    }, 0);
  } catch {
    return 0;
  }
}
