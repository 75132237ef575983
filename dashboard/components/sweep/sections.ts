/** The screens of one sweep, in the order of a reader's questions: how far, which trial, which loss, why. */
export type SweepSection = { id: string; title: string; path: string };

export const SWEEP_SECTIONS = [
  { id: 'overview', title: 'Overview', path: '' },
  { id: 'trials', title: 'Trials', path: '/trials' },
  { id: 'compare', title: 'Compare', path: '/compare' },
  { id: 'verdict', title: 'Verdict', path: '/verdict' },
  { id: 'denoising', title: 'Denoising', path: '/denoising' },
  { id: 'parameters', title: 'Parameters', path: '/parameters' },
] as const satisfies readonly SweepSection[];

export type SweepSectionId = (typeof SWEEP_SECTIONS)[number]['id'];
