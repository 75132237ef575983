/** Sweep files to start from: by name, for given data sets and models. */
import { didYouMean } from '@adt/proto/nearest';
import { MODELS } from '@adt/proto/trainingConfig';
import { at, type Findings, quote, refuse } from '../finding.js';
import { boundsOf, readList, readNumber, readOneOf, refuseRepeats } from '../read.js';
import { paperTable3 } from './paperTable3.js';
import { PRESET_OPTIONS, type PresetOptions, type PresetParams } from './presetText.js';
import { quick } from './quick.js';
import { sensitivityFig8 } from './sensitivityFig8.js';

export type Preset = {
  name: string;
  /** One sentence, for a list to choose from. */
  description: string;
  render(params: PresetParams): string;
};

export const PRESETS: readonly Preset[] = [
  {
    name: 'paper-table-3',
    description:
      'CE, T-CE and R-CE over the grid of the paper, 3 seeds, then 10 fresh seeds of the best on test',
    render: paperTable3,
  },
  {
    name: 'quick',
    description:
      'CE, T-CE and R-CE with a few settings each, 2 seeds, then 6 fresh seeds for a first verdict',
    render: quick,
  },
  {
    name: 'sensitivity-fig-8',
    description: 'how the metric depends on eps_max × eps_n and on beta, 5 seeds a cell',
    render: sensitivityFig8,
  },
];

export type RenderedPreset = { ok: true; spec: string } | { ok: false; findings: Findings };

/** The preset's sweep file as YAML, or all that is wrong with what was asked: nothing is guessed for the user. */
export function renderPreset(params: {
  name: string;
  datasets: readonly string[];
  models: readonly string[];
  options?: Readonly<Record<string, unknown>>;
}): RenderedPreset {
  const findings: Findings = [];
  const preset = PRESETS.find(({ name }) => name === params.name);
  if (preset === undefined) refuse(findings, 'preset', whyNoPreset(params.name));
  const datasets = readNames(params.datasets, 'datasets', findings);
  const models = readNames(params.models, 'models', findings).flatMap(
    (model, index) => readOneOf(model, at('models', index), MODELS, findings) ?? [],
  );
  const options = readOptions(params.options ?? {}, findings);
  if (preset === undefined || findings.length > 0) return { ok: false, findings };
  return { ok: true, spec: preset.render({ datasets, models, options }) };
}

function whyNoPreset(name: string): string {
  const known = PRESETS.map((preset) => preset.name);
  return `there is no preset ${quote(name)}${didYouMean(name, known)}: known are ${known.join(', ')}`;
}

function readNames(names: readonly string[], path: string, findings: Findings): readonly string[] {
  if (readList(names, path, findings) === null) return [];
  refuseRepeats(names, path, findings);
  return names;
}

function readOptions(options: Readonly<Record<string, unknown>>, findings: Findings): PresetOptions {
  const read: PresetOptions = {};
  for (const [key, value] of Object.entries(options)) {
    const name = PRESET_OPTIONS.find((known) => known === key);
    const path = at('options', key);
    if (name === undefined) {
      const guess = didYouMean(key, PRESET_OPTIONS) || `: known are ${PRESET_OPTIONS.join(', ')}`;
      refuse(findings, path, `is not a known option${guess}`);
    } else if (value !== undefined) {
      const number = readNumber(value, path, boundsOf(name), findings);
      if (number !== null) read[name] = number;
    }
  }
  return read;
}
