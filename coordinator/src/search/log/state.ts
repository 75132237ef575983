/** What a search knows: the fold of its log. Nothing is kept elsewhere, so a restart loses nothing. */
import { isMaximized } from '@adt/proto/metricGoal';
import type { Assignment } from '../grid.js';
import type { Observation, RungReport } from '../history.js';
import { firstSeeds, firstTrials, type SearchPlan, stratumOf, type TrialPlace } from '../plan.js';
import { standingOf } from '../pruners/trend.js';
import type { Entry, TrialOutcome } from './entry.js';

export type TrialRecord = TrialPlace & {
  /** In the sweep, from 1. */
  number: number;
  outcome: TrialOutcome | null;
  /** In the sweep's direction. */
  value: number | null;
  step: number | null;
  /** Iteration of the last rung it was judged at; 0: none yet. */
  judgedAt: number;
};

export type ConfigurationRecord = {
  ordinal: number;
  assignment: Assignment;
  /** Its search trials, in the order of the seeds. */
  trials: TrialRecord[];
  /** As the samplers see it; kept up to date. */
  observation: Observation;
};

export type StratumRecord = {
  index: number;
  /** Scores are values times this: larger is better. */
  sign: 1 | -1;
  configurations: ConfigurationRecord[];
  reports: RungReport[];
  exhausted: boolean;
  /** Ordinals of the configurations being confirmed, best first. */
  confirmed: number[];
  /** Nothing more will be confirmed. */
  settled: boolean;
  /** Search trials that have not ended. */
  open: number;
};

export class SearchState {
  readonly strata: StratumRecord[];
  /** trials[n - 1] has number n. */
  readonly trials: TrialRecord[] = [];
  /** Why the search is over; null while it goes on. */
  over: string | null = null;
  /** Trials of either phase that have not ended. */
  open = 0;
  /** Search trials that have ended, and those of them that failed. */
  told = 0;
  failed = 0;

  constructor(readonly plan: SearchPlan) {
    this.strata = plan.strata.map((stratum, index) => ({
      index,
      sign: isMaximized(stratum.metric) ? 1 : -1,
      configurations: stratum.listed.map(newConfiguration),
      reports: [],
      exhausted: false,
      confirmed: [],
      settled: plan.confirm === null,
      open: 0,
    }));
    for (const place of firstTrials(plan)) this.#start(place);
  }

  /** @throws Error when the entry can't follow what came before: the log is damaged */
  apply(entry: Entry): void {
    switch (entry.kind) {
      case 'told':
        this.#tell(entry);
        return;
      case 'suggested': {
        const { configurations } = this.stratum(entry.stratum);
        const configuration = configurations.length;
        configurations.push(newConfiguration(entry.assignment, configuration));
        for (const seed of firstSeeds(this.plan))
          this.#start({ stratum: entry.stratum, configuration, seed, phase: 'search' });
        return;
      }
      case 'exhausted':
        this.stratum(entry.stratum).exhausted = true;
        return;
      case 'continued': {
        const { stratum, configuration, seed } = entry;
        this.#start({ stratum, configuration, seed, phase: 'search' });
        return;
      }
      case 'judged':
        this.#judge(entry);
        return;
      case 'confirmed': {
        const { stratum, configuration } = entry;
        this.stratum(stratum).confirmed.push(configuration);
        for (const seed of this.plan.confirm?.seeds ?? [])
          this.#start({ stratum, configuration, seed, phase: 'confirm' });
        return;
      }
      case 'unconfirmed':
        this.stratum(entry.stratum).settled = true;
        return;
      case 'ended':
      case 'stopped':
        this.over = entry.reason;
        return;
      default:
        throw new Error(`the search log has an entry that this version does not know: ${kindOf(entry)}`);
    }
  }

  stratum(index: number): StratumRecord {
    const record = this.strata[index];
    if (record === undefined)
      throw new Error(`the search log names stratum ${index}, which is not in the plan`);
    return record;
  }

  trial(number: number): TrialRecord {
    const record = this.trials[number - 1];
    if (record === undefined)
      throw new Error(`the search log names trial ${number}, which was never started`);
    return record;
  }

  configuration({
    stratum,
    configuration,
  }: Pick<TrialPlace, 'stratum' | 'configuration'>): ConfigurationRecord {
    const record = this.stratum(stratum).configurations[configuration];
    if (record === undefined)
      throw new Error(`the search log names configuration ${configuration} of stratum ${stratum}`);
    return record;
  }

  #start(place: TrialPlace): void {
    const record = {
      ...place,
      number: this.trials.length + 1,
      outcome: null,
      value: null,
      step: null,
      judgedAt: 0,
    };
    this.trials.push(record);
    this.open++;
    if (place.phase === 'confirm') return;
    this.stratum(place.stratum).open++;
    const configuration = this.configuration(place);
    configuration.trials.push(record);
    this.#observe(configuration, place.stratum);
  }

  #tell({ trial, outcome, value, step }: Extract<Entry, { kind: 'told' }>): void {
    const record = this.trial(trial);
    if (record.outcome !== null) throw new Error(`the search log ends trial ${trial} twice`);
    Object.assign(record, { outcome, value, step });
    this.open--;
    if (record.phase === 'confirm') return;
    this.told++;
    if (outcome === 'failed') this.failed++;
    this.stratum(record.stratum).open--;
    this.#observe(this.configuration(record), record.stratum);
  }

  #judge({ trial, step, bracket, value, halfway }: Extract<Entry, { kind: 'judged' }>): void {
    const record = this.trial(trial);
    const { configuration, seed } = record;
    const { reports, sign } = this.stratum(record.stratum);
    reports.push({ configuration, seed, step, bracket, ...standingOf({ sign, value, halfway }) });
    record.judgedAt = step;
  }

  #observe(configuration: ConfigurationRecord, stratum: number): void {
    const { sign } = this.stratum(stratum);
    configuration.observation = observationOf(configuration, this.plan.seeds.length, sign);
  }
}

/** A log may come from a newer version, whatever the types say. */
function kindOf(entry: never): string {
  return String((entry as { kind?: unknown }).kind).slice(0, 40);
}

function newConfiguration(assignment: Assignment, ordinal: number): ConfigurationRecord {
  const observation: Observation = { assignment, outcome: 'running', score: null, step: null };
  return { ordinal, assignment, trials: [], observation };
}

/** A configuration is done with all its search seeds, pruned or failed with the first of them that is. */
function observationOf(
  { assignment, trials }: ConfigurationRecord,
  seeds: number,
  sign: 1 | -1,
): Observation {
  const pruned = trials.find(({ outcome }) => outcome === 'pruned');
  if (pruned !== undefined) {
    const score = pruned.value === null ? null : sign * pruned.value;
    return { assignment, outcome: 'pruned', score, step: pruned.step };
  }
  if (trials.some(({ outcome, value }) => outcome !== null && (outcome !== 'done' || value === null)))
    return { assignment, outcome: 'failed', score: null, step: null };
  if (trials.length < seeds || trials.some(({ outcome }) => outcome === null))
    return { assignment, outcome: 'running', score: null, step: null };
  const sum = trials.reduce((total, { value }) => total + (value ?? 0), 0);
  return { assignment, outcome: 'done', score: (sign * sum) / trials.length, step: null };
}

/** Whether every configuration the stratum may have was tried, and all of its search trials have ended. */
export function isSearchOver(
  state: SearchState,
  { index, configurations, exhausted, open }: StratumRecord,
): boolean {
  const all = exhausted || configurations.length >= stratumOf(state.plan, index).wanted;
  return all && open === 0 && configurations.every(({ observation }) => observation.outcome !== 'running');
}
