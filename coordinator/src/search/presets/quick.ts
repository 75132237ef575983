/** A first answer to T-CE, R-CE or CE: few settings, as many for T-CE as for R-CE, and the fewest seeds for a verdict. */
import { armLines, countLine, type PresetParams, trainingLines } from './presetText.js';

/** ε_N of the quick comparison: reached within two epochs of a small data set, so that trainings may be short. */
const EPS_N = [500, 2000];

export function quick(params: PresetParams): string {
  return `# A quick T-CE vs R-CE vs CE: enough to see whether denoising helps on this data, not what the best settings are.
${countLine(params, 9, 2)}
name: quick
method: grid
${armLines(params)}
  eps_max: {values: [0.1, 0.2], when: {loss: T-CE}}
  # Iterations until the drop rate is at eps_max: keep them well below those of a training.
  eps_n:   {values: [${EPS_N.join(', ')}], when: {loss: T-CE}}
  beta:    {values: [0.05, 0.1, 0.25, 0.5], when: {loss: R-CE}}
${trainingLines(params.options)}seeds:
  search: [1, 2]
  # Six pairs are the fewest that can be significant by sign alone: 2/2^6 = 0.03.
  confirm: {count: 6, base: 2019}
`;
}
