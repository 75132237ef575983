/** The comparison of the paper's Table 3: each loss over its whole grid, then fresh seeds of each loss's best. */
import { armLines, countLine, flow, PAPER_GRID, type PresetParams, trainingLines } from './presetText.js';

export function paperTable3(params: PresetParams): string {
  const { eps_max, eps_n, beta } = PAPER_GRID;
  const configurations = 1 + eps_max.length * eps_n.length + beta.length;
  return `# CE, T-CE and R-CE as in Table 3 of Wang et al., "Denoising Implicit Feedback for Recommendation", WSDM 2021.
${countLine(params, configurations, 3)}
# CE has nothing to tune and T-CE twice the settings of R-CE, as in the paper: read verdicts beside that.
name: paper-table-3
method: grid
${armLines(params)}
  # The drop rate grows to eps_max over the first eps_n iterations. An eps_n beyond a training's iterations is never
  # reached: the plan warns of it.
  eps_max: {values: ${flow(eps_max)}, when: {loss: T-CE}}
  eps_n:   {values: ${flow(eps_n)}, when: {loss: T-CE}}
  # The exponent of the weight; 0 would be CE.
  beta:    {values: ${flow(beta)}, when: {loss: R-CE}}
${trainingLines(params.options)}# The metric is valid/recall@ the first K of each data set: 3 on adressa, else 50.
seeds:
  search: [1, 2, 3]
  # The best configuration of each loss by validation runs again on these seeds, common to all losses, and is read on
  # test: no seed both chooses and proves.
  confirm: {count: 10, base: 2019}
`;
}
