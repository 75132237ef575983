/** The sweep file's `early_terminate:` block: what it may say, and what it says. */
import { at, type Findings, refuse } from '../finding.js';
import { type Mapping, readInteger, readMapping, readOneOf } from '../read.js';
import type { Rules } from '../rules.js';

export const PRUNERS = ['none', 'median', 'asha', 'hyperband'] as const;
export type PrunerType = (typeof PRUNERS)[number];

export type PrunerSettings =
  | { type: 'none' }
  | {
      type: 'median';
      /** First rung in iterations; null: one epoch. */
      minSteps: number | null;
      /** Peers that a rung must have seen before it prunes. */
      startupTrials: number;
    }
  | {
      type: 'hyperband';
      /** Of the trials at a rung one in eta goes on, to a rung eta times as far. */
      eta: number;
      /** First rung in iterations; null: one epoch. */
      minSteps: number | null;
    }
  | {
      type: 'asha';
      eta: number;
      /** First rung in iterations; null: `minShare` of the training. */
      minSteps: number | null;
      /** Of the training's iterations, in [0, 1); the first rung is at one epoch at least. */
      minShare: number;
      /** Whether a rung counts what a trial gained since half of its iterations (`trend.ts`). */
      trend: boolean;
    };

const PATH = 'early_terminate';
const KEYS_OF: Record<PrunerType, readonly string[]> = {
  none: [],
  median: ['min_steps', 'startup_trials'],
  asha: ['eta', 'min_steps'],
  hyperband: ['eta', 'min_steps'],
};
const KEYS = ['eta', 'min_steps', 'startup_trials'];

/** Li et al., "Hyperband" (JMLR 18, 2018): 3 or 4 in practice. */
const DEFAULT_ETA = 3;
const MAX_ETA = 100;
/** Of the training, by the sweep's rules. Before a fifth the curves of fast and slow learners cross (README). */
const MIN_SHARE: Record<Rules, number> = { 1: 0, 2: 0.2, 3: 0.2 };
const TREND: Record<Rules, boolean> = { 1: false, 2: false, 3: true };
/** As the bound of eps_n, the other schedule in iterations. */
const MAX_STEPS = 100_000_000;
/** As Optuna's MedianPruner. */
const DEFAULT_STARTUP = 5;
const MAX_STARTUP = 10_000;

/** Reads the block; no block is no early stopping. What it returns after a finding is of no use. */
export function readEarlyTerminate(value: unknown, rules: Rules, findings: Findings): PrunerSettings {
  if (value === undefined) return { type: 'none' };
  const entry = readMapping(value, PATH, ['type', ...KEYS], findings);
  const type = entry && readOneOf(entry.type, at(PATH, 'type'), PRUNERS, findings);
  if (entry === null || type === null) return { type: 'none' };
  refuseForeign(entry, type, findings);
  const read = (key: string, bounds: readonly [number, number]) =>
    KEYS_OF[type].includes(key) && entry[key] !== undefined
      ? readInteger(entry[key], at(PATH, key), bounds, findings)
      : null;
  const minSteps = read('min_steps', [1, MAX_STEPS]);
  switch (type) {
    case 'none':
      return { type };
    case 'median':
      return { type, minSteps, startupTrials: read('startup_trials', [1, MAX_STARTUP]) ?? DEFAULT_STARTUP };
    case 'asha':
    case 'hyperband': {
      const eta = read('eta', [2, MAX_ETA]) ?? DEFAULT_ETA;
      if (type === 'hyperband') return { type, eta, minSteps };
      return { type, eta, minSteps, minShare: MIN_SHARE[rules], trend: TREND[rules] };
    }
    default:
      return type satisfies never;
  }
}

/** A key of another pruner would be ignored: its author meant something. */
function refuseForeign(entry: Mapping, type: PrunerType, findings: Findings): void {
  for (const key of KEYS) {
    if (entry[key] === undefined || KEYS_OF[type].includes(key)) continue;
    const owners = PRUNERS.filter((pruner) => KEYS_OF[pruner].includes(key)).join(', ');
    refuse(findings, at(PATH, key), `does not go with type ${type}: it is read by ${owners}`);
  }
}
