/** The columns of the trials table: titles, widths, and what kind of value each holds. Pure. */

export type Column = {
  /** Also the field of sort and filter. */
  id: string;
  title: string;
  kind: 'number' | 'text' | 'choice';
  widthPx: number;
  /** Coloured by the heat map. */
  heat?: true;
  /** Stays when the table scrolls sideways. */
  pinned?: true;
};

const number = (id: string, title: string, widthPx: number) =>
  ({ id, title, kind: 'number', widthPx }) as const;
const parameter = (id: string, title: string) => ({ ...number(id, title, 92), heat: true }) as const;

/** Their order is that of the menu. */
export const COLUMNS: readonly Column[] = [
  { ...number('number', '#', 100), pinned: true },
  { id: 'state', title: 'State', kind: 'choice', widthPx: 112, pinned: true },
  { id: 'dataset', title: 'Data set', kind: 'text', widthPx: 116 },
  { id: 'model', title: 'Model', kind: 'text', widthPx: 84 },
  { id: 'loss', title: 'Loss', kind: 'text', widthPx: 84 },
  parameter('eps_max', 'ε_max'),
  parameter('eps_n', 'ε_N'),
  parameter('beta', 'β'),
  { ...parameter('lr', 'lr'), widthPx: 112 },
  parameter('nr_fp_weight', 'w_fp'),
  parameter('nr_negative_weight', 'w_neg'),
  parameter('nmtr_click_weight', 'w_click'),
  parameter('mlp_layers', 'layers'),
  parameter('dropout', 'dropout'),
  parameter('hidden', 'hidden'),
  { ...parameter('corruption', 'corruption'), widthPx: 100 },
  { ...number('seed', 'Seed', 80) },
  { ...number('best_value', 'Best', 168), heat: true },
  { ...number('ndcg', 'NDCG', 104), heat: true },
  { ...number('epsilon_at_best', 'ε at best', 92), heat: true },
  number('best_step', 'Best at', 92),
  number('last_step', 'Step', 124),
  number('attempts', 'Attempts', 88),
  { ...number('duration', 'Duration', 108), heat: true },
  { id: 'worker', title: 'Worker', kind: 'text', widthPx: 150 },
  parameter('factors', 'factors'),
  { ...parameter('negatives', 'negatives'), widthPx: 96 },
  { ...parameter('batch_size', 'batch'), widthPx: 88 },
  parameter('epochs', 'epochs'),
  parameter('eval_every', 'every'),
  { ...parameter('valid_users', 'valid users'), widthPx: 100 },
];

const BY_ID = new Map(COLUMNS.map((column) => [column.id, column]));
export const COLUMN_IDS: readonly string[] = COLUMNS.map(({ id }) => id);
/** `phase` filters and has no column: its trials carry a tag. */
export const FIELD_IDS: readonly string[] = [...COLUMN_IDS, 'phase'];

export const DEFAULT_COLUMNS: readonly string[] = [
  ...['number', 'state', 'dataset', 'model', 'loss', 'eps_max', 'eps_n', 'beta', 'lr', 'seed'],
  ...['best_value', 'ndcg', 'epsilon_at_best', 'last_step', 'attempts', 'duration', 'worker'],
];

/** @throws RangeError for an id that no column has */
export function columnOf(id: string): Column {
  const column = BY_ID.get(id);
  if (column === undefined) throw new RangeError(`there is no column ${id}`);
  return column;
}

/** Pinned ones stand first, wherever they were put. */
export function shownColumns(ids: readonly string[]): Column[] {
  const columns = ids.map(columnOf);
  return [...columns.filter(({ pinned }) => pinned), ...columns.filter(({ pinned }) => !pinned)];
}

/** The words that a field may be compared with; null: any text. */
export function choicesOf(
  field: string,
  sweep: { datasets: readonly string[]; models: readonly string[]; losses: readonly string[] },
): readonly string[] | null {
  switch (field) {
    case 'state':
      return ['QUEUED', 'RUNNING', 'SUCCEEDED', 'PRUNED', 'FAILED', 'CANCELLED'];
    case 'phase':
      return ['SEARCH', 'CONFIRM'];
    case 'dataset':
      return sweep.datasets;
    case 'model':
      return sweep.models;
    case 'loss':
      return sweep.losses;
    default:
      return null;
  }
}
