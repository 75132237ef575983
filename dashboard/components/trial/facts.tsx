/** A trial's numbers: the headline, results by metric, parameters and hashes. */
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import type { RunReport, TrialSummary } from '@adt/proto/gen/adt/v1/search';
import type { ReactNode } from 'react';
import { ParameterSymbol } from '@/components/sweep/parameterSymbol';
import { Elapsed } from '@/components/time/clock';
import { Card } from '@/components/ui/card';
import { Table, Td, Th } from '@/components/ui/table';
import { measureTitle, metricTitle } from '@/format/metric';
import {
  ABSENT,
  formatBytes,
  formatCount,
  formatMetric,
  formatParameter,
  formatPercent,
} from '@/format/number';
import { formatDuration } from '@/format/time';

type FactProps = { label: string; children: ReactNode };

function Fact({ label, children }: FactProps) {
  return (
    <div className="min-w-0">
      <dt className="text-muted text-xs">{label}</dt>
      <dd className="tabular mt-0.5 truncate font-semibold text-lg">{children}</dd>
    </div>
  );
}

export function Headline({ trial, metric }: { trial: TrialSummary; metric: string }) {
  const { lastStep, totalSteps, startedMs, endedMs, bestStep, epoch } = trial;
  const steps = totalSteps === 0 ? ABSENT : `${formatCount(lastStep)} / ${formatCount(totalSteps)}`;
  return (
    <Card>
      <dl className="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-5">
        <Fact label={`Best ${metricTitle(metric)}`}>{formatMetric(trial.bestValue)}</Fact>
        <Fact label="At iteration">{bestStep === undefined ? ABSENT : formatCount(bestStep)}</Fact>
        <Fact label={totalSteps === 0 ? 'Iterations' : `Iterations, ${formatPercent(lastStep / totalSteps)}`}>
          {steps}
        </Fact>
        <Fact label="Duration">
          {startedMs === undefined ? ABSENT : <Elapsed fromMs={startedMs} toMs={endedMs} />}
        </Fact>
        <Fact label="Attempts">{epoch}</Fact>
      </dl>
    </Card>
  );
}

export function Results({ trial, report }: { trial: TrialSummary; report: RunReport | undefined }) {
  const valid = byMeasure(trial.valid);
  const test = byMeasure(trial.test.filter(({ metric }) => !isOfGroup(metric)));
  const measures = [...new Set([...valid.keys(), ...test.keys()])].sort(byTitle);
  return (
    <Card title="Results at the chosen checkpoint" flush={measures.length > 0}>
      {measures.length === 0 ? (
        <p className="text-muted text-sm">They come when the trial is done.</p>
      ) : (
        <Table>
          <thead>
            <tr>
              <Th>Metric</Th>
              <Th numeric>Validation</Th>
              <Th numeric>Test</Th>
            </tr>
          </thead>
          <tbody>
            {measures.map((measure) => (
              <tr key={measure}>
                <Td>{measureTitle(measure)}</Td>
                <Td numeric>{formatMetric(valid.get(measure))}</Td>
                <Td numeric className="font-medium">
                  {formatMetric(test.get(measure))}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      <UserGroups test={trial.test} />
      {report && report.seconds.length > 0 && (
        <div className="px-4 py-3 text-sm">
          <h3 className="mb-1 text-muted text-xs">Time by phase</h3>
          <ul className="tabular flex flex-wrap gap-x-4 gap-y-1">
            {[...report.seconds].sort(byPhase).map(({ metric, value }) => (
              <li key={metric}>
                {metric} <span className="font-medium">{formatDuration(1000 * (value ?? 0))}</span>
              </li>
            ))}
            {report.facts.map(({ metric, value }) => (
              <li key={metric}>
                {FACTS[metric]?.title ?? metric}{' '}
                <span className="font-medium">{(FACTS[metric]?.format ?? formatMetric)(value ?? 0)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}

/** What the model is built of: its own sizes, and no other's. */
function sizesOf({
  model,
  factors,
  mlpLayers,
  dropout,
  hidden,
  corruption,
}: TrainingConfig): [string, string][] {
  if (model === 'CDAE') {
    return [
      ['Hidden layer', formatParameter(hidden)],
      ['Corruption', formatParameter(corruption)],
    ];
  }
  const tower: [string, string][] = [
    ['Layers of the tower', formatParameter(mlpLayers)],
    ['Dropout', formatParameter(dropout)],
  ];
  return [['Factors', formatCount(factors)], ...(model === 'NeuMF' ? tower : [])];
}

function isOfGroup(metric: string): boolean {
  return /\/g\d$/.test(metric);
}

/** Who has done least stands first; each group has a quarter of the training interactions. */
const GROUPS = ['g1', 'g2', 'g3', 'g4'];

function UserGroups({ test }: { test: TrialSummary['test'] }) {
  const values = new Map(test.map(({ metric, value }) => [metric, value]));
  const measures = [...new Set(test.filter(({ metric }) => isOfGroup(metric)).map(baseOf))].sort(byTitle);
  if (measures.length === 0) return null;
  return (
    <Table>
      <caption className="px-4 pt-3 pb-1 text-left text-muted text-xs">
        Test, by users from least to most active, a quarter of the training interactions each
      </caption>
      <thead>
        <tr>
          <Th>Metric</Th>
          {GROUPS.map((group) => (
            <Th key={group} numeric>
              {group.toUpperCase()}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {measures.map((measure) => (
          <tr key={measure}>
            <Td>{measureTitle(measure)}</Td>
            {GROUPS.map((group) => (
              <Td key={group} numeric>
                {formatMetric(values.get(`test/${measure}/${group}`))}
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** `test/recall@50/g1` is of `recall@50`. */
function baseOf({ metric }: { metric: string }): string {
  return metric.replace(/^test\/|\/g\d$/g, '');
}

const FACTS: Record<string, { title: string; format: (value: number) => string }> = {
  samples_per_second: { title: 'samples a second', format: formatCount },
  peak_memory_bytes: { title: 'peak memory', format: formatBytes },
  epsilon: { title: 'ε at the checkpoint', format: formatMetric },
};

export function Parameters({ trial, report }: { trial: TrialSummary; report: RunReport | undefined }) {
  const { config } = trial;
  if (config === undefined) return null;
  const lines: [ReactNode, ReactNode][] = [
    [<ParameterSymbol key="eps" text="ε_max" />, formatParameter(config.epsMax)],
    [<ParameterSymbol key="n" text="ε_N" />, formatParameter(config.epsN)],
    ['β', formatParameter(config.beta)],
    ...BASELINE_WEIGHTS.flatMap(({ key, symbol, title }): [ReactNode, ReactNode][] =>
      config[key] === undefined
        ? []
        : [
            [
              <ParameterSymbol key={key} text={symbol} />,
              <span key={key} title={title}>
                {formatParameter(config[key])}
              </span>,
            ],
          ],
    ),
    ['Learning rate', formatParameter(config.lr)],
    ...sizesOf(config),
    ['Batch size', formatCount(config.batchSize)],
    ['Negatives per positive', formatCount(config.negatives)],
    ['Epochs', formatCount(config.epochs)],
    ['Evaluated every', `${formatCount(config.evalEvery)} iterations`],
    ...(config.validUsers
      ? [['Users validated', formatCount(config.validUsers)] as [ReactNode, ReactNode]]
      : []),
    ['Top K', config.topk.join(', ')],
    ['Checkpoint by', config.select],
    ['Seed', String(config.seed)],
    ['Worker', trial.workerId || ABSENT],
    ['Engine', report?.engine || ABSENT],
    ['Data SHA-256', <Hash key="data" value={config.datasetSha256} />],
    ['Model SHA-256', <Hash key="model" value={report?.parametersSha256 ?? ''} />],
  ];
  return (
    <Card title="Parameters">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 text-sm">
        {lines.map(([label, value], at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines are always the same
          <div key={at} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd className="tabular min-w-0 truncate text-right">{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Hash({ value }: { value: string }) {
  if (value === '') return ABSENT;
  return (
    <span title={value} className="font-mono text-xs">
      {value.slice(0, 16)}…
    </span>
  );
}

/** NR's and NMTR's, which other losses don't have. */
const BASELINE_WEIGHTS = [
  { key: 'nrFpWeight', symbol: 'w_fp', title: 'weight of known false positives' },
  { key: 'nrNegativeWeight', symbol: 'w_neg', title: 'weight of sampled negatives' },
  { key: 'nmtrClickWeight', symbol: 'w_click', title: 'share of the click task' },
] as const;

const PHASES = ['sample', 'train', 'validate', 'test'];

/** As they happen. */
function byPhase(a: { metric: string }, b: { metric: string }): number {
  return PHASES.indexOf(a.metric) - PHASES.indexOf(b.metric);
}

/** Recall, NDCG, then the rest; K ascending. */
function byTitle(a: string, b: string): number {
  const place = (measure: string) => ['recall', 'ndcg'].indexOf(measure.split('@')[0] ?? '') >>> 0;
  return place(a) - place(b) || a.localeCompare(b, 'en', { numeric: true });
}

function byMeasure(values: TrialSummary['valid']): Map<string, number | undefined> {
  return new Map(values.map(({ metric, value }) => [metric.replace(/^(valid|test)\//, ''), value]));
}
