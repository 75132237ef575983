import { fileURLToPath } from 'node:url';
import { expandGrid } from '@adt/coordinator/search/grid';
import { describe, expect, it } from 'vitest';
import { latticeParameters, RECORDED_LOSSES } from './lattice.js';
import { openRecordedTable } from './recordedTable.js';

const RESULTS = fileURLToPath(new URL('../results', import.meta.url));
const table = openRecordedTable({ folder: RESULTS });

describe('the recorded trials of ml1m_noisy', () => {
  it('are every configuration of the lattice, each with a value at every step', () => {
    for (const loss of RECORDED_LOSSES) {
      const lattice = [...expandGrid(latticeParameters(loss))];
      expect(table?.trials(loss).length).toBe(lattice.length);
      for (const assignment of lattice) {
        const curve = table?.curve(loss, assignment) ?? new Map();
        expect([...curve.keys()]).toEqual(table?.steps);
        expect([...curve.values()].every((value) => value > 0 && value < 1)).toBe(true);
        expect(table?.score(loss, assignment)).toBe(Math.max(...curve.values()));
      }
    }
  });

  it('are found however an assignment is ordered, and no other is', () => {
    expect(table?.score('CE', { lr: 0.001, factors: 64 })).toBe(
      table?.score('CE', { factors: 64, lr: 0.001 }),
    );
    expect(() => table?.curve('CE', { lr: 0.002, factors: 64 })).toThrow(RangeError);
  });

  it('are none for a data set that was not recorded', () => {
    expect(openRecordedTable({ dataset: 'nothing', folder: RESULTS })).toBeNull();
  });
});
