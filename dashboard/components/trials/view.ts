/** What the trials table shows, as a value, and as the query of its address: one is the other. Pure. */
import { COLUMN_IDS, DEFAULT_COLUMNS, FIELD_IDS } from './columns';

/** As they stand in an address. */
export const OPS = ['in', 'not', 'lt', 'le', 'gt', 'ge', 'has', 'set', 'unset'] as const;
export type Op = (typeof OPS)[number];

export type Term = { field: string; op: Op; values: readonly string[] };

export type View = {
  /** Empty: by the objective, the best first. */
  sort: string;
  descending: boolean;
  filter: readonly Term[];
  groupSeeds: boolean;
  heatMap: boolean;
  /** Those that show, in order. */
  columns: readonly string[];
};

/** As the coordinator bounds them. */
export const MOST_TERMS = 16;
const MOST_VALUES = 32;

/**
 * What an address says. What is unknown in it is left out: an old link still opens.
 * @param query of the page or of a route
 */
export function parseView(query: URLSearchParams, searched: readonly string[] = []): View {
  const order = query.get('sort') ?? '';
  const descending = order.startsWith('-');
  const sort = order.replace(/^-/, '');
  const isKnown = FIELD_IDS.includes(sort);
  const columns = (query.get('cols') ?? '').split(',').filter((id) => COLUMN_IDS.includes(id));
  return {
    sort: isKnown ? sort : '',
    descending: isKnown && descending,
    filter: query
      .getAll('where')
      .flatMap((text) => parseTerm(text) ?? [])
      .slice(0, MOST_TERMS),
    groupSeeds: query.get('group') === '1',
    heatMap: query.get('heat') === '1',
    columns: columns.length > 0 ? [...new Set(columns)] : defaultColumns(searched),
  };
}

/** Which trials, in which order: what routes need to know. */
export function rowsQuery({ sort, descending, filter, groupSeeds }: View): URLSearchParams {
  const query = new URLSearchParams();
  if (sort !== '') query.set('sort', `${descending ? '-' : ''}${sort}`);
  for (const term of filter) query.append('where', termText(term));
  if (groupSeeds) query.set('group', '1');
  return query;
}

/** The whole view. */
export function viewQuery(view: View, searched: readonly string[] = []): URLSearchParams {
  const query = rowsQuery(view);
  if (view.heatMap) query.set('heat', '1');
  const columns = view.columns.join(',');
  if (columns !== defaultColumns(searched).join(',')) query.set('cols', columns);
  return query;
}

/** The usual columns, the searched parameters before the seed. */
export function defaultColumns(searched: readonly string[]): string[] {
  return DEFAULT_COLUMNS.flatMap((id) =>
    id === 'seed' ? [...searched.filter((name) => !DEFAULT_COLUMNS.includes(name)), id] : [id],
  );
}

/** `loss.in.T-CE,CE` */
export function termText({ field, op, values }: Term): string {
  return [field, op, values.map(encodeURIComponent).join(',')].join('.');
}

function parseTerm(text: string): Term | null {
  const [, field = '', opText = '', rest = ''] = /^([a-z_]+)\.([a-z]+)\.(.*)$/s.exec(text) ?? [];
  const op = OPS.find((known) => known === opText);
  if (op === undefined || !FIELD_IDS.includes(field)) return null;
  try {
    const values = rest === '' ? [] : rest.split(',').map(decodeURIComponent);
    return values.length <= MOST_VALUES ? { field, op, values } : null;
  } catch {
    return null;
  }
}
