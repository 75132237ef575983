/** The columns of compared trials: what they ran with. Pure. */
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import type { TrialSummary } from '@adt/proto/gen/adt/v1/search';
import { ABSENT, formatParameter } from '../../format/number';
import { SEARCHED } from '../sweep/parameters';

export type Column = { key: string; title: string; textOf: (trial: TrialSummary) => string };

const ARMS = [
  { key: 'dataset', title: 'Data set' },
  { key: 'model', title: 'Model' },
] as const;

const SETTINGS = [
  { key: 'factors', symbol: 'factors' },
  { key: 'negatives', symbol: 'negatives' },
  { key: 'batchSize', symbol: 'batch' },
  { key: 'epochs', symbol: 'epochs' },
  { key: 'evalEvery', symbol: 'eval every' },
  { key: 'seed', symbol: 'seed' },
] as const satisfies { key: keyof TrainingConfig; symbol: string }[];

/** @param onlyDifferences leaves out what all trials share */
export function columnsOf(trials: readonly TrialSummary[], onlyDifferences: boolean): Column[] {
  const arms = ARMS.map(
    ({ key, title }): Column => ({ key, title, textOf: ({ config }) => config?.[key] ?? ABSENT }),
  );
  const numbers = [...SEARCHED, ...SETTINGS].map(
    ({ key, symbol }): Column => ({
      key,
      title: symbol,
      // A seed is a name, not a quantity.
      textOf: ({ config }) =>
        key === 'seed' ? String(config?.seed ?? ABSENT) : formatParameter(config?.[key]),
    }),
  );
  return [...arms, ...numbers].filter(({ textOf }) => {
    const texts = new Set(trials.map(textOf));
    const isActive = !(texts.size === 1 && texts.has(ABSENT));
    return isActive && (!onlyDifferences || texts.size > 1 || trials.length < 2);
  });
}
