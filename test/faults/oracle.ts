/** What every metric of the oracle trainer is: a pure function of configuration, series and step. Light: a trainer loads it. */
import { createHash } from 'node:crypto';
import type { TrainingConfig } from '@adt/proto/trainingConfig';

/** The fields that make one trial of a fault's sweep differ from another. */
export type OracleConfig = Pick<TrainingConfig, 'lr' | 'seed' | 'epochs' | 'select'>;

const SERIES = ['train/loss', 'valid/loss'] as const;

/** Names of the series of a step, the objective first. @param count at least 1; beyond the usual, `valid/ndcg@K` */
export function oracleSeries(select: string, count: number): string[] {
  const more = Array.from({ length: Math.max(0, count - 3) }, (_, at) => `valid/ndcg@${at + 1}`);
  return [select, ...SERIES.filter((name) => name !== select), ...more].slice(0, count);
}

/** In [0, 1), exact in a double. */
export function oracleValue(config: OracleConfig, metric: string, step: number): number {
  const text = `${config.lr} ${config.seed} ${config.epochs} ${metric} ${step}`;
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}

/** State before the first step, of the chain that stands for a model's parameters. */
export const ORACLE_START = '0'.repeat(64);

/** The chain after one more step: the last link hangs on every step, so a step lost or done twice shows. */
export function oracleLink(before: string, config: OracleConfig, step: number): string {
  return createHash('sha256').update(`${before} ${config.lr} ${config.seed} ${step}`).digest('hex');
}

/** The chain after all steps: what an undisturbed training would say of its parameters. */
export function oracleParameters(config: OracleConfig): string {
  let chain = ORACLE_START;
  for (let step = 1; step <= config.epochs; step += 1) chain = oracleLink(chain, config, step);
  return chain;
}
