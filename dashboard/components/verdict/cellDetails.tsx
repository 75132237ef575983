'use client';
/** One cell in full: the verdict in words, the seeds one by one, the tests, the tuning, and every other measure. */
import type { PairVerdict } from '@adt/proto/gen/adt/v1/results';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Loss } from '@/components/ui/lossMark';
import { Table, Td, Th } from '@/components/ui/table';
import { measureTitle, metricTitle } from '@/format/metric';
import { ABSENT, formatMetric } from '@/format/number';
import { ArmsTable } from './armsTable';
import { signedMetric, signedPercent } from './numbers';
import { SlopeChart } from './slopeChart';
import {
  findPair,
  type LossPair,
  type SeedRow,
  seedRows,
  type VerdictCell,
  type VerdictSnapshot,
} from './snapshot';
import { TestNumbers } from './testNumbers';
import { VerdictBadge } from './verdictBadge';

type CellDetailsProps = {
  cell: VerdictCell;
  pair: LossPair | null;
  family: number;
  runs: VerdictSnapshot['progress']['runs'];
  /** The reader has just opened it, and is led to it. */
  follow: boolean;
  onClose: () => void;
};

export function CellDetails({ cell, pair, family, runs, follow, onClose }: CellDetailsProps) {
  const heading = useRef<HTMLElement>(null);
  const { dataset, model } = cell;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another cell is another place to read on from
  useEffect(() => {
    if (!follow) return;
    heading.current?.focus({ preventScroll: true });
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, [dataset, model, follow]);
  const found = pair === null ? undefined : findPair(cell, pair);
  return (
    <section
      ref={heading}
      tabIndex={-1}
      aria-label={`${dataset}, ${model}`}
      className="scroll-mt-16 rounded-lg outline-none"
    >
      <Card
        title={
          <span className="flex flex-wrap items-center gap-2">
            {dataset} · {model}
            {found && <VerdictBadge verdict={found.verdict} />}
          </span>
        }
        actions={
          <Button size="sm" variant="quiet" onClick={onClose}>
            Close
          </Button>
        }
      >
        {found ? <Pair cell={cell} found={found} family={family} runs={runs} /> : null}
        <h3 className="mt-5 mb-1 font-semibold text-sm">What was confirmed, and how it was found</h3>
        <ArmsTable cell={cell} />
      </Card>
    </section>
  );
}

type PairProps = Pick<CellDetailsProps, 'cell' | 'family' | 'runs'> & { found: PairVerdict };

function Pair({ cell, found, family, runs }: PairProps) {
  const rows = seedRows(cell, found, runs);
  const [marked, setMarked] = useState<number | null>(null);
  const { loss, reference } = found;
  return (
    <>
      <p className="mb-4 max-w-3xl">{found.sentence}</p>
      <div className="grid gap-x-8 gap-y-5 lg:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
        <div>
          <h3 className="mb-1 font-semibold text-sm">{metricTitle(cell.metric)}, seed by seed</h3>
          {rows.length === 0 ? (
            <p className="py-8 text-muted text-sm">No seed has been finished by both losses yet.</p>
          ) : (
            <SlopeChart
              rows={rows}
              loss={loss}
              reference={reference}
              metric={cell.metric}
              marked={marked}
              onMark={setMarked}
            />
          )}
          {found.unpaired.length > 0 && (
            <ul className="mt-2 space-y-0.5 text-muted text-sm">
              {found.unpaired.map((one) => (
                <li key={`${one.loss} ${one.seed}`}>
                  {one.loss}, seed {one.seed}: {one.reason}
                </li>
              ))}
            </ul>
          )}
        </div>
        <TestNumbers found={found} family={family} />
      </div>
      {rows.length > 0 && (
        <SeedTable rows={rows} loss={loss} reference={reference} marked={marked} onMark={setMarked} />
      )}
      <OtherMeasures found={found} decisive={cell.metric} />
    </>
  );
}

type SeedTableProps = {
  rows: readonly SeedRow[];
  loss: string;
  reference: string;
  marked: number | null;
  onMark: (seed: number | null) => void;
};

function SeedTable({ rows, loss, reference, marked, onMark }: SeedTableProps) {
  return (
    <details className="mt-4" open={rows.length <= 12}>
      <summary className="font-semibold text-sm">Values per seed</summary>
      <Table className="mt-1 max-w-2xl">
        <thead>
          <tr>
            <Th numeric>Seed</Th>
            <Th numeric>{reference}</Th>
            <Th numeric>{loss}</Th>
            <Th numeric>Difference</Th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.seed}
              className={marked === row.seed ? 'bg-sunken' : ''}
              onPointerEnter={() => onMark(row.seed)}
              onPointerLeave={() => onMark(null)}
              onFocus={() => onMark(row.seed)}
              onBlur={() => onMark(null)}
            >
              <Td numeric>{row.seed}</Td>
              <Td numeric>
                <TrialValue
                  trialId={row.referenceTrial}
                  value={row.reference}
                  what={`${reference}, seed ${row.seed}`}
                />
              </Td>
              <Td numeric>
                <TrialValue trialId={row.lossTrial} value={row.loss} what={`${loss}, seed ${row.seed}`} />
              </Td>
              <Td numeric>{signedMetric(row.loss - row.reference)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}

function TrialValue({ trialId, value, what }: { trialId: number | null; value: number; what: string }) {
  if (trialId === null) return formatMetric(value);
  return (
    <Link
      href={`/trials/${trialId}`}
      aria-label={`${formatMetric(value)}, trial of ${what}`}
      className="underline decoration-line-strong underline-offset-2 hover:decoration-fg"
    >
      {formatMetric(value)}
    </Link>
  );
}

function OtherMeasures({ found, decisive }: { found: PairVerdict; decisive: string }) {
  const others = found.metrics.filter(({ metric }) => metric !== decisive && !/\/g\d$/.test(metric));
  if (others.length === 0) return null;
  return (
    <details className="mt-4">
      <summary className="font-semibold text-sm">Other test metrics, which decide nothing</summary>
      <Table className="mt-1 max-w-2xl">
        <thead>
          <tr>
            <Th>Metric</Th>
            <Th numeric>
              <Loss loss={found.reference} />
            </Th>
            <Th numeric>
              <Loss loss={found.loss} />
            </Th>
            <Th numeric>Difference</Th>
          </tr>
        </thead>
        <tbody>
          {others.map(({ metric, loss, reference, relative }) => (
            <tr key={metric}>
              <Td>{measureTitle(metric.replace(/^test\//, ''))}</Td>
              <Td numeric>{spreadText(reference)}</Td>
              <Td numeric>{spreadText(loss)}</Td>
              <Td numeric>{signedPercent(relative)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </details>
  );
}

function spreadText(spread: PairVerdict['metrics'][number]['loss']): string {
  if (spread === undefined) return ABSENT;
  return spread.sd === undefined
    ? formatMetric(spread.mean)
    : `${formatMetric(spread.mean)} ± ${formatMetric(spread.sd)}`;
}
