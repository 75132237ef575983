import { describe, expect, it } from 'vitest';
import { DEFAULT_COLUMNS } from './columns';
import { defaultColumns, parseView, rowsQuery, type View, viewQuery } from './view';

const SEARCHED = ['eps_max', 'mlp_layers'];
const VIEW: View = {
  sort: 'lr',
  descending: true,
  filter: [
    { field: 'loss', op: 'in', values: ['T-CE', 'a,b.c & 100%'] },
    { field: 'eps_max', op: 'unset', values: [] },
  ],
  groupSeeds: true,
  heatMap: true,
  columns: ['number', 'lr', 'loss'],
};

describe('the address of a view', () => {
  it('holds all of it, and gives it back', () => {
    const text = viewQuery(VIEW, SEARCHED).toString();
    expect(parseView(new URLSearchParams(text), SEARCHED)).toEqual(VIEW);
  });

  it('is empty for the usual view', () => {
    const usual = parseView(new URLSearchParams(), SEARCHED);
    expect(viewQuery(usual, SEARCHED).toString()).toBe('');
    expect(usual.columns).toEqual(defaultColumns(SEARCHED));
    expect(usual.columns).toHaveLength(DEFAULT_COLUMNS.length + 1);
  });

  it('says of the rows only what decides which they are and their order', () => {
    const other = { ...VIEW, heatMap: false, columns: ['number'] };
    expect(rowsQuery(other).toString()).toBe(rowsQuery(VIEW).toString());
    expect(rowsQuery({ ...VIEW, descending: false }).toString()).not.toBe(rowsQuery(VIEW).toString());
  });

  it('is read without what is unknown in it', () => {
    const query =
      'sort=-nothing&where=nothing.in.x&where=lr.near.3&where=lr&where=lr.in.%25E0&cols=lr,nothing,lr';
    expect(parseView(new URLSearchParams(query))).toMatchObject({
      sort: '',
      descending: false,
      filter: [],
      columns: ['lr'],
    });
  });

  it('has no more conditions than the coordinator takes', () => {
    const query = new URLSearchParams(Array.from({ length: 40 }, () => ['where', 'lr.gt.1']));
    expect(parseView(query).filter).toHaveLength(16);
  });
});
