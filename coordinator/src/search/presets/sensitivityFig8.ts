/** The data of the paper's Figure 8: the metric over ε_max × ε_N for T-CE and over β for R-CE, with CE beside it. */
import { armLines, countLine, flow, PAPER_GRID, type PresetParams, trainingLines } from './presetText.js';

export function sensitivityFig8(params: PresetParams): string {
  const { eps_max, eps_n, beta } = PAPER_GRID;
  const configurations = 1 + eps_max.length * eps_n.length + beta.length;
  return `# Sensitivity of T-CE to eps_max and eps_n and of R-CE to beta, after Figure 8 of Wang et al., WSDM 2021.
${countLine(params, configurations, 5)}
# All other parameters are fixed, so that a cell differs from its neighbours by these alone.
name: sensitivity-fig-8
# Every cell of the figure, none pruned: a sampler would leave the uninteresting ones empty.
method: grid
${armLines(params)}
  eps_max: {values: ${flow(eps_max)}, when: {loss: T-CE}}
  eps_n:   {values: ${flow(eps_n)}, when: {loss: T-CE}}
  beta:    {values: ${flow(beta)}, when: {loss: R-CE}}
${trainingLines(params.options)}# Five seeds a cell show the spread; nothing is chosen here, so nothing has to be confirmed.
seeds: {search: {count: 5, base: 1}}
`;
}
