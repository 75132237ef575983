/** The searched parameters as tables, cards and tooltips show them. */
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import { formatParameter } from '../../format/number';

export const SEARCHED = [
  { key: 'epsMax', symbol: 'ε_max' },
  { key: 'epsN', symbol: 'ε_N' },
  { key: 'beta', symbol: 'β' },
  { key: 'lr', symbol: 'lr' },
] as const satisfies { key: keyof TrainingConfig; symbol: string }[];

/** Active parameters only: "ε_max 0.1 · ε_N 1,000 · lr 0.001". */
export function parametersText(config: TrainingConfig | undefined): string {
  if (config === undefined) return '';
  return SEARCHED.flatMap(({ key, symbol }) => {
    const value = config[key];
    return value === undefined ? [] : [`${symbol} ${formatParameter(value)}`];
  }).join(' · ');
}
