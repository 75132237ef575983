/** A new sweep, from a template or from an older sweep. */
import { LOSSES, MODELS, TRAINING_DEFAULTS } from '@adt/proto/trainingConfig';
import type { Metadata } from 'next';
import { NewSweep } from '@/components/newSweep/newSweep';
import { BUILT_IN, TEMPLATES, templateText } from '@/components/newSweep/templates';
import { show } from '@/lib/page';
import type { Answer } from '@/lib/problem';
import { parseId } from '@/lib/route';
import { getSweep, listDatasets } from '@/lib/search';

export const metadata: Metadata = { title: 'New sweep' };

type Props = { searchParams: Promise<{ template?: string | string[]; from?: string | string[] }> };

export default async function NewSweepPage({ searchParams }: Props) {
  const { template, from } = await searchParams;
  const datasets = await listDatasets();
  if (!datasets.ok) return show(datasets, () => null);
  const names = datasets.value.map((dataset) => dataset.name).sort();
  const start = await startText({ template: String(template), from: String(from), names });
  return show(start, (text) => (
    <NewSweep
      start={text}
      vocabulary={{ datasets: names, models: MODELS, losses: LOSSES, defaults: TRAINING_DEFAULTS }}
    />
  ));
}

type Start = { template: string; from: string; names: readonly string[] };

async function startText({ template, from, names }: Start): Promise<Answer<string>> {
  const sweepId = parseId(from);
  if (sweepId !== null) {
    const sweep = await getSweep(sweepId);
    return sweep.ok ? { ok: true, value: sweep.value.spec } : sweep;
  }
  const known = TEMPLATES.find((name) => name === template) ?? 'quick';
  const dataset = names.includes(BUILT_IN) ? BUILT_IN : (names[0] ?? BUILT_IN);
  return { ok: true, value: templateText(known, dataset) };
}
