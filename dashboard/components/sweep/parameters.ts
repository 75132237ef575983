/** The searched parameters: their names in the paper, and how a list of them reads. */
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import { formatParameter } from '../../format/number';

export const SEARCHED = [
  { key: 'epsMax', symbol: 'ε_max' },
  { key: 'epsN', symbol: 'ε_N' },
  { key: 'beta', symbol: 'β' },
  { key: 'nrFpWeight', symbol: 'w_fp' },
  { key: 'nrNegativeWeight', symbol: 'w_neg' },
  { key: 'nmtrClickWeight', symbol: 'w_click' },
  { key: 'mlpLayers', symbol: 'layers' },
  { key: 'dropout', symbol: 'dropout' },
  { key: 'hidden', symbol: 'hidden' },
  { key: 'corruption', symbol: 'corruption' },
  { key: 'lr', symbol: 'lr' },
] as const satisfies { key: keyof TrainingConfig; symbol: string }[];

/** Keys of those that any of the configurations has: a column of dashes says nothing. */
export function parametersOf(configs: readonly (TrainingConfig | undefined)[]): string[] {
  return SEARCHED.map(({ key }) => key).filter((key) =>
    configs.some((config) => config?.[key] !== undefined),
  );
}

export type ActiveParameter = { key: string; symbol: string; text: string };

/** Those that the loss reads; the others are absent from the configuration. */
export function activeParameters(config: TrainingConfig | undefined): ActiveParameter[] {
  return SEARCHED.flatMap(({ key, symbol }) => {
    const value = config?.[key];
    return value === undefined ? [] : [{ key, symbol, text: formatParameter(value) }];
  });
}

/** @param name as sweep files spell it, say eps_max */
export function symbolOf(name: string): string {
  const key = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return SEARCHED.find((one) => one.key === key)?.symbol ?? name.replaceAll('_', ' ');
}
