/** What an exported row has: the view's columns in their order, and of groups what stands beside the means. Pure. */
import { type Column, columnOf } from '../../components/trials/columns';
import type { Cell, TrialRow } from '../../components/trials/rows';
import type { View } from '../../components/trials/view';

export type ExportColumn = {
  /** As in sweep files and in `adt sweep export`. */
  name: string;
  kind: 'number' | 'text';
  /** How LaTeX sets its head. */
  latex: string;
  read: (row: TrialRow) => Cell | undefined;
};

/** As the paper writes them. */
const LATEX: Record<string, string> = {
  number: '\\#',
  eps_max: '$\\varepsilon_{\\max}$',
  eps_n: '$\\varepsilon_N$',
  epsilon_at_best: '$\\varepsilon$ at best',
  beta: '$\\beta$',
  nr_fp_weight: '$w_{fp}$',
  nr_negative_weight: '$w_{neg}$',
  nmtr_click_weight: '$w_{click}$',
};

const GROUP_COLUMNS: readonly ExportColumn[] = [
  { name: 'trials', kind: 'number', latex: 'seeds', read: ({ group }) => group?.trials },
  { name: 'measured', kind: 'number', latex: '$n$', read: ({ group }) => group?.measured },
  { name: 'best_value_sd', kind: 'number', latex: 'sd', read: ({ group }) => group?.bestSd },
  { name: 'ndcg_sd', kind: 'number', latex: 'sd of NDCG', read: ({ group }) => group?.ndcgSd },
];

export function exportColumns({ columns, groupSeeds }: View): ExportColumn[] {
  const shown = columns.map((id) => exported(columnOf(id)));
  return groupSeeds ? [...shown.filter(({ name }) => name !== 'seed'), ...GROUP_COLUMNS] : shown;
}

function exported({ id, title, kind }: Column): ExportColumn {
  return {
    name: id,
    kind: kind === 'number' ? 'number' : 'text',
    latex: LATEX[id] ?? title,
    read: ({ cells }) => cells[id],
  };
}
