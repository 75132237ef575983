/** The trials table of a sweep. */

import type { SweepSummary } from '@adt/proto/gen/adt/v1/search';
import { type Hyperparameter, PARAMETER_OF_LOSS, PARAMETER_OF_MODELS } from '@adt/proto/trainingConfig';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { TABLE_BLOCK } from '@/components/trials/rowWindow';
import { TrialsView, type TrialsViewProps } from '@/components/trials/trialsView';
import { parseView } from '@/components/trials/view';
import { show } from '@/lib/page';
import type { Answer } from '@/lib/problem';
import { parseId } from '@/lib/route';
import { getSweep } from '@/lib/search';
import { measureView, trialPage } from '@/lib/trialTable';

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Trials of sweep ${(await params).id.slice(0, 12)}` };
}

export default async function TrialsPage({ params, searchParams }: Props) {
  const sweepId = parseId((await params).id);
  if (sweepId === null) notFound();
  const query = queryOf(await searchParams);
  return show(await read(sweepId, query), (initial) => <TrialsView key={sweepId} {...initial} />);
}

async function read(sweepId: number, query: URLSearchParams): Promise<Answer<TrialsViewProps>> {
  const view = parseView(query);
  const [sweep, page, measured] = await Promise.all([
    getSweep(sweepId),
    trialPage(sweepId, view, { cursor: '', limit: TABLE_BLOCK }),
    measureView(sweepId, view, TABLE_BLOCK),
  ]);
  if (!sweep.ok) return sweep;
  if (!page.ok) return page;
  if (!measured.ok) return measured;
  const { summary } = sweep.value;
  if (summary === undefined) throw new Error('the coordinator sent a sweep without its summary');
  const first = { page: page.value, measured: measured.value };
  const searched = parametersOf(summary);
  return { ok: true, value: { sweep: summary, searched, query: query.toString(), first } };
}

/** Those of its losses and models: what any of its trials may have. */
function parametersOf({ losses, models }: SweepSummary): string[] {
  const ofLosses = Object.entries(PARAMETER_OF_LOSS).filter(([, loss]) => losses.includes(loss));
  const ofModels = Object.entries(PARAMETER_OF_MODELS).filter(
    ([name, owners]) =>
      name !== ('factors' satisfies Hyperparameter) && owners.some((owner) => models.includes(owner)),
  );
  return [...ofLosses, ...ofModels].map(([name]) => name);
}

function queryOf(given: Record<string, string | string[] | undefined>): URLSearchParams {
  const pairs = Object.entries(given).flatMap(([name, value]) =>
    [value ?? []].flat().map((text): [string, string] => [name, text]),
  );
  return new URLSearchParams(pairs);
}
