/** What the verdict screen is made of: the coordinator's comparison as JSON, and how far the confirmation is. */
import type {
  ComparedArm,
  ComparedCell,
  ComparedSweep,
  Comparison,
  PairVerdict,
} from '@adt/proto/gen/adt/v1/results';
import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { isMaximized } from '@adt/proto/metricGoal';

/** `values`: one a seed; null where the run has none. */
export type VerdictArm = Omit<ComparedArm, 'values'> & { values: (number | null)[] };
export type VerdictCell = Omit<ComparedCell, 'arms'> & { arms: VerdictArm[] };

export type VerdictSnapshot = {
  sweep: SweepSummary;
  progress: ComparedSweep;
  comparison: Omit<Comparison, 'cells'> & { cells: VerdictCell[] };
  /** That was asked for; empty: what each data set is ranked by. */
  metric: string;
};

/** Two losses; a cell is judged on them where it has both. */
export type LossPair = { loss: string; reference: string };

export function pairName({ loss, reference }: LossPair): string {
  return `${loss} vs ${reference}`;
}

/** The pairs that any cell has, T-CE against R-CE first as the coordinator orders them. */
export function pairsOf(cells: readonly VerdictCell[]): LossPair[] {
  const pairs = new Map(
    cells.flatMap((cell) =>
      cell.pairs.map(({ loss, reference }) => [pairName({ loss, reference }), { loss, reference }] as const),
    ),
  );
  return [...pairs.values()];
}

export function findPair(cell: VerdictCell, pair: LossPair): PairVerdict | undefined {
  return cell.pairs.find(({ loss, reference }) => loss === pair.loss && reference === pair.reference);
}

export function cellKey({ dataset, model }: Pick<VerdictCell, 'dataset' | 'model'>): string {
  return `${dataset}~${model}`;
}

/** Test metrics of all users that any arm has, Recall first, K ascending. */
export function metricsOf(cells: readonly VerdictCell[]): string[] {
  const names = cells.flatMap(({ arms }) =>
    arms.flatMap(({ metrics }) => metrics.map(({ metric }) => metric)),
  );
  const place = (name: string) => (name.includes('recall') ? 0 : 1);
  return [...new Set(names)]
    .filter((name) => !/\/g\d$/.test(name))
    .sort((a, b) => place(a) - place(b) || a.localeCompare(b, 'en', { numeric: true }));
}

export function spreadOf(arm: VerdictArm, metric: string) {
  return arm.metrics.find((one) => one.metric === metric)?.spread;
}

/** The losses whose mean no other one surpasses; none where there is but one. */
export function bestLosses(cell: VerdictCell): string[] {
  const means = cell.arms.flatMap((arm) => {
    const mean = spreadOf(arm, cell.metric)?.mean;
    return mean === undefined ? [] : [{ loss: arm.loss, mean }];
  });
  if (means.length < 2) return [];
  const best = (isMaximized(cell.metric) ? Math.max : Math.min)(...means.map(({ mean }) => mean));
  return means.filter(({ mean }) => mean === best).map(({ loss }) => loss);
}

export type SeedRow = {
  seed: number;
  loss: number;
  reference: number;
  lossTrial: number | null;
  referenceTrial: number | null;
};

/** The two losses on the seeds that both finished, with the trainings behind them. */
export function seedRows(
  cell: VerdictCell,
  { loss, reference, seeds }: PairVerdict,
  runs: VerdictSnapshot['progress']['runs'],
): SeedRow[] {
  const reached = (name: string, seed: number) => {
    const arm = cell.arms.find((one) => one.loss === name);
    return arm?.values[arm.seeds.indexOf(seed)] ?? null;
  };
  const trialOf = (name: string, seed: number) =>
    runs.find(
      (run) =>
        run.dataset === cell.dataset && run.model === cell.model && run.loss === name && run.seed === seed,
    )?.trialId ?? null;
  return seeds.flatMap((seed) => {
    const [left, right] = [reached(loss, seed), reached(reference, seed)];
    if (left === null || right === null) return [];
    return [
      {
        seed,
        loss: left,
        reference: right,
        lossTrial: trialOf(loss, seed),
        referenceTrial: trialOf(reference, seed),
      },
    ];
  });
}
