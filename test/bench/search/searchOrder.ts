/** In which order a simulated search takes a stratum's recorded trainings: shuffled, or as TPE suggests them. */
import type { Assignment } from '@adt/coordinator/search/grid';
import type { Observation } from '@adt/coordinator/search/history';
import { suggest } from '@adt/coordinator/search/sampler';
import { type CurveTable, type CurveTrial, type PrunedLoss, trialsInOrder } from './candidates.js';
import type { Progress } from './prunerSimulation.js';
import { nameOf } from './recordedTable.js';

/** The next of a stratum, by those drawn before and how they stand; null: none is left. */
export type Draw = (drawn: readonly CurveTrial[], progress: readonly Progress[]) => CurveTrial | null;
type Stratum = { table: CurveTable; loss: PrunedLoss; seed: number };

export function randomOrder({ table, loss, seed }: Stratum): Draw {
  const order = trialsInOrder(table, loss, seed);
  return (drawn) => order[drawn.length] ?? null;
}

/** As the coordinator asks: after each start, knowing how all before it stand. */
export function tpeOrder({ table, loss, seed }: Stratum): Draw {
  const byName = new Map(table.trials(loss).map((trial) => [nameOf(loss, trial.assignment), trial]));
  return (drawn, progress) => {
    const history = progress.map((trial, place) => observationOf(drawn[place]?.assignment ?? {}, trial));
    const next = suggest({
      ...{ method: 'tpe', parameters: table.parameters(loss), samplerSeed: seed },
      ...{ stratum: ['pruning', loss], history },
    });
    if (next === null) return null;
    const trial = byName.get(nameOf(loss, next.assignment));
    if (trial === undefined) throw new RangeError(`not recorded: ${nameOf(loss, next.assignment)}`);
    return trial;
  };
}

function observationOf(assignment: Assignment, { outcome, best, step }: Progress): Observation {
  return {
    ...{ assignment, outcome },
    score: outcome === 'running' ? null : best,
    step: outcome === 'pruned' ? step : null,
  };
}
