/** What arms must hold to be comparable. Whoever gathered them wrongly is told which one. */
import type { Arm } from './comparison.js';

/** @throws RangeError naming data set, model, loss and what is wrong */
export function checkArms(arms: readonly Arm[]): void {
  const seen = new Map<string, Arm>();
  const selects = new Map<string, string>();
  for (const arm of arms) {
    const cell = JSON.stringify([arm.dataset, arm.model]);
    const key = JSON.stringify([arm.dataset, arm.model, arm.loss]);
    if (seen.has(key)) throw refusal(arm, 'is given twice: one configuration a loss is confirmed');
    seen.set(key, arm);
    const select = selects.get(cell) ?? arm.select;
    if (select !== arm.select) throw refusal(arm, `is ranked by ${arm.select}, another arm by ${select}`);
    selects.set(cell, select);
    if (!arm.select.startsWith('valid/')) throw refusal(arm, `is ranked by ${arm.select}, not by validation`);
    checkRuns(arm);
  }
}

function checkRuns(arm: Arm): void {
  const seeds = new Set<number>();
  for (const { seed, metrics } of arm.runs) {
    if (seeds.has(seed)) throw refusal(arm, `has seed ${seed} twice`);
    seeds.add(seed);
    for (const [name, value] of Object.entries(metrics))
      if (!Number.isFinite(value)) throw refusal(arm, `has ${name} = ${value} on seed ${seed}`);
  }
}

function refusal({ dataset, model, loss }: Arm, what: string): RangeError {
  return new RangeError(`${dataset}, ${model}, ${loss} ${what}`);
}
