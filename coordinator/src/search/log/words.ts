/** A log entry in plain words, for whoever reads the log instead of the code. */
import type { Entry } from './entry.js';

/**
 * @param trial number of the trial that stands for the entry's configuration; null: none has it yet
 * @returns what happened or was decided, and why; a reason of its own only where it is more than what was told
 */
export function wordsOf(entry: Entry, trial: number | null): { what: string; reason: string } {
  return {
    what: whatOf(entry, trial === null ? '' : ` of trial #${trial}`),
    reason: 'reason' in entry ? entry.reason : '',
  };
}

function whatOf(entry: Entry, of: string): string {
  switch (entry.kind) {
    case 'told':
      return `trial #${entry.trial} ${toldWord(entry)}`;
    case 'suggested':
      return `tries ${Object.entries(entry.assignment)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`;
    case 'exhausted':
      return 'tries nothing more';
    case 'continued':
      return `trains the configuration${of} with seed ${entry.seed} too`;
    case 'judged': {
      const value = entry.value === null ? 'no value' : String(Number(entry.value.toPrecision(6)));
      const verdict = `trial #${entry.trial} ${entry.prune ? 'at' : 'go on after'} iteration ${entry.step}, ${value}`;
      return `${entry.prune ? 'stops' : 'lets'} ${verdict}`;
    }
    case 'confirmed':
      return `confirms the configuration${of}, rank ${entry.rank}`;
    case 'unconfirmed':
      return 'confirms nothing more';
    case 'ended':
      return entry.gaveUp ? 'gives up' : 'is done';
    case 'stopped':
      return 'is stopped';
    default:
      return entry satisfies never;
  }
}

function toldWord({ outcome, value, step }: Extract<Entry, { kind: 'told' }>): string {
  const reached = value === null ? '' : ` with ${Number(value.toPrecision(6))}`;
  switch (outcome) {
    case 'done':
      return `is done${reached}`;
    case 'pruned':
      return `was stopped at iteration ${step}${reached}`;
    case 'failed':
      return 'has failed';
    case 'cancelled':
      return 'was cancelled';
    default:
      return outcome satisfies never;
  }
}
