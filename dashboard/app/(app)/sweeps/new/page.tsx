/** A new sweep, from a preset, an older sweep, a trial, or nothing. */
import { LOSSES, MODELS, TRAINING_DEFAULTS } from '@adt/proto/trainingConfig';
import type { Metadata } from 'next';
import { NewSweep } from '@/components/newSweep/newSweep';
import { BLANK, presetFor, TEMPLATES, trialFile, withMoreSeeds } from '@/components/newSweep/starts';
import { show } from '@/lib/page';
import type { Answer } from '@/lib/problem';
import { parseId } from '@/lib/route';
import { getSweep, getTrial, listDatasets, listWorkers, renderPreset } from '@/lib/search';

export const metadata: Metadata = { title: 'New sweep' };

type Query = Partial<Record<'template' | 'from' | 'trial' | 'extends', string | string[]>>;
type Props = { searchParams: Promise<Query> };

export default async function NewSweepPage({ searchParams }: Props) {
  const query = await searchParams;
  const [datasets, workers] = await Promise.all([listDatasets(), listWorkers()]);
  if (!datasets.ok) return show(datasets, () => null);
  if (!workers.ok) return show(workers, () => null);
  const names = datasets.value.map((dataset) => dataset.name).sort();
  const pools = [...new Set(workers.value.map(({ pool }) => pool))].sort();
  const start = await startOf(query, names);
  return show(start, ({ draftName, text, extended }) => (
    <NewSweep
      key={draftName}
      start={text}
      draftName={draftName}
      extended={extended}
      vocabulary={{ datasets: names, models: MODELS, losses: LOSSES, pools, defaults: TRAINING_DEFAULTS }}
    />
  ));
}

type Start = { draftName: string; text: string; extended: number | null };

async function startOf(query: Query, names: readonly string[]): Promise<Answer<Start>> {
  const [from, trial, extended] = (['from', 'trial', 'extends'] as const).map((key) =>
    parseId(String(query[key])),
  );
  if (extended) return fromSweep(extended, true);
  if (from) return fromSweep(from, false);
  if (trial) return fromTrial(trial);
  const template = TEMPLATES.find((name) => name === query.template) ?? 'quick';
  if (template === 'blank') return started({ draftName: 'blank', text: BLANK, extended: null });
  const rendered = await renderPreset(presetFor(template, names));
  if (!rendered.ok) return rendered;
  return started({ draftName: template, text: rendered.value, extended: null });
}

async function fromSweep(sweepId: number, extend: boolean): Promise<Answer<Start>> {
  const sweep = await getSweep(sweepId);
  if (!sweep.ok) return sweep;
  const { spec } = sweep.value;
  return extend
    ? started({ draftName: `extends-${sweepId}`, text: withMoreSeeds(spec), extended: sweepId })
    : started({ draftName: `sweep-${sweepId}`, text: spec, extended: null });
}

async function fromTrial(trialId: number): Promise<Answer<Start>> {
  const trial = await getTrial(trialId);
  if (!trial.ok) return trial;
  const config = trial.value.summary?.config;
  if (config === undefined)
    throw new Error(`the coordinator sent trial ${trialId} without its configuration`);
  return started({ draftName: `trial-${trialId}`, text: trialFile(trialId, config), extended: null });
}

function started(value: Start): Answer<Start> {
  return { ok: true, value };
}
